import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ConfigError, SdkError } from '../errors.js';
import type { Checksum, NamedBytes } from '../files-web.js';

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
 * Asks whether a file could be written there, before anything is sent for it.
 * @throws {ConfigError} if it surely could not
 */
export const checkTarget = async (operation: string, path: string): Promise<void> => {
  const refuse = (why: string): never => {
    throw new ConfigError(`${operation}: '${path}' cannot be written: ${why}.`, {
      operation,
    });
  };
  if (typeof path !== 'string' || path === '') return refuse('it is no path');
  const folder = dirname(path);
  const isFolder = async (one: string): Promise<boolean> =>
    stat(one).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  if (await isFolder(path)) return refuse('a folder stands there');
  if (!(await isFolder(folder))) return refuse(`there is no folder '${folder}'`);
  // Whether it may be written shows when it is: to ask takes a right of its own in Deno.
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
      throw cannot(operation, 'written', path, error, 'Is there room, and the right to write?');
    }
  };
  // Its own name: another download to the same path must not write into it.
  const part = `${path}.${randomUUID().slice(0, 8)}.part`;
  const file = await attempt(() => open(part, 'wx'));
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
    throw cannot('fileFrom', 'read', path, error, 'Is it there, and may it be read?');
  }
};

const cannot = (
  operation: string,
  verb: string,
  path: string,
  error: unknown,
  hint: string,
): SdkError => {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return new SdkError(`${operation} failed: '${path}' cannot be ${verb} (${code}).`, {
    operation,
    hint,
  });
};
