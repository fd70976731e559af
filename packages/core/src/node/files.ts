import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SdkError } from '../errors.js';
import type { Checksum, NamedBytes } from '../files-web.js';
import { unless } from './private-files.js';

/** MD5, as the API tells it in hexadecimal or base64; undefined where the system forbids MD5. */
export const createMd5 = (): Checksum | undefined => {
  try {
    const hash = createHash('md5');
    return {
      update: (chunk) => void hash.update(chunk),
      matches: (told) => {
        const sum = hash.digest();
        return told.toLowerCase() === sum.toString('hex') || told === sum.toString('base64');
      },
    };
  } catch {
    return undefined;
  }
};

/**
 * Writes beside the path and renames when all is on the disk: under the path stands a whole file or none.
 * @returns how many bytes it has
 * @throws {SdkError} if it cannot be written
 */
export const saveFile = async (
  operation: string,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> => {
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw cannot('written', path, error, operation);
    }
  };
  // Its own name: another download to the same path must not write into it.
  const part = `${path}.${randomUUID().slice(0, 8)}.part`;
  const file = await attempt(async () => {
    const isFolder = await stat(path).then((stats) => stats.isDirectory(), unless('ENOENT'));
    if (isFolder) throw Object.assign(new Error(), { code: 'EISDIR' });
    return open(part, 'wx');
  });
  try {
    const bytes = await writeAll(file, chunks, attempt);
    await attempt(() => rename(part, path));
    return bytes;
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
};

const writeAll = async (
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array>,
  attempt: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<number> => {
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      await attempt(() => file.writeFile(chunk));
      bytes += chunk.length;
    }
    await attempt(() => file.sync());
    return bytes;
  } finally {
    await file.close();
  }
};

/** @throws {SdkError} if it cannot be read */
export const readPath = async (path: string): Promise<NamedBytes> => {
  try {
    return { name: basename(path), bytes: await readFile(path) };
  } catch (error) {
    throw cannot('read', path, error);
  }
};

const cannot = (verb: string, path: string, error: unknown, operation?: string): SdkError => {
  const { code } = error as NodeJS.ErrnoException;
  const subject = operation === undefined ? '' : `${operation} failed: `;
  return new SdkError(`${subject}'${path}' cannot be ${verb} (${code ?? 'unknown reason'}).`, {
    operation,
    hint: 'Is its folder there, with the rights and the room for it?',
  });
};
