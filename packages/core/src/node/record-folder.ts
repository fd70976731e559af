import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownFields } from '../own.js';
import type { StoredToken, TokenRecord } from '../token-store.js';
import { type Mark, makeMarkedFolder, markAfter, markedFolder, moveMark } from './marked-folder.js';
import {
  isPrivateFolder,
  readPrivateFile,
  syncFolder,
  unless,
  writePrivateFile,
} from './private-files.js';

/*
 * The folder of one key. Its mark is the version of the record, and names the file with it: whoever moves the mark from
 * the version that it loaded to its own has saved, and nobody else can have saved meanwhile.
 */

const FORMAT = 1;

/** Undefined, too, where there is no record of this format and key. */
export const loadRecord = async (folder: string, key: string): Promise<StoredToken | undefined> =>
  (await read(folder, key)).stored;

/** False if another version than the expected one is stored. */
export const saveRecord = async (
  folder: string,
  key: string,
  record: TokenRecord,
  expectedVersion: string | undefined,
): Promise<boolean> => {
  const { mark, names, stored } = await read(folder, key);
  if (stored?.version !== expectedVersion) return false;
  const next = markAfter(mark, 'current');
  const write = async (path: string): Promise<void> => {
    await writePrivateFile(fileOf(path, next), JSON.stringify({ format: FORMAT, key, record }));
    await syncFolder(path);
  };
  const isSaved = mark
    ? await replace(folder, { mark, next, write, isDamaged: !stored })
    : await makeMarkedFolder(folder, names, next, write);
  if (!isSaved) return false;
  await syncFolder(mark ? folder : dirname(folder));
  // What was there belongs to saves over earlier versions, and none of them can succeed any more.
  for (const name of mark ? names : [])
    await rm(join(folder, name), { force: true }).catch(() => {});
  return true;
};

interface Replacement {
  readonly mark: Mark;
  readonly next: Mark;
  readonly write: (path: string) => Promise<void>;
  /** The file of the record that is there cannot be used. */
  readonly isDamaged: boolean;
}

const replace = async (
  folder: string,
  { mark, next, write, isDamaged }: Replacement,
): Promise<boolean> => {
  let isSaved = false;
  try {
    await write(folder);
    if (isDamaged) await rename(fileOf(folder, mark), `${folder}.bad`).catch(unless('ENOENT'));
    isSaved = await moveMark(folder, mark, next);
    return isSaved;
  } finally {
    if (!isSaved) await rm(fileOf(folder, next), { force: true });
  }
};

const fileOf = (folder: string, { id }: Mark): string => join(folder, `${id}.json`);

interface Reading {
  readonly mark: Mark | undefined;
  /** All that is in the folder. */
  readonly names: readonly string[];
  readonly stored: StoredToken | undefined;
}

const read = async (folder: string, key: string): Promise<Reading> => {
  await isPrivateFolder(folder);
  for (let missing: string | undefined; ; ) {
    const { mark, names } = await markedFolder(folder);
    const text = mark && (await readPrivateFile(fileOf(folder, mark)));
    if (mark === undefined || text !== undefined || mark.id === missing) {
      const record = recordIn(text, key);
      return { mark, names, stored: mark && record && { record, version: mark.id } };
    }
    // Another may have saved since we looked. If nobody did, the file is lost.
    missing = mark.id;
  }
};

const recordIn = (text: string | undefined, key: string): TokenRecord | undefined => {
  try {
    const content = ownFields(JSON.parse(text ?? ''));
    const { record } = content;
    const isOurs =
      content.format === FORMAT &&
      content.key === key &&
      typeof record === 'object' &&
      record !== null;
    return isOurs ? record : undefined;
  } catch {
    return undefined;
  }
};
