import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open } from 'node:fs/promises';
import { ConfigError } from '../errors.js';

/*
 * Files that only this user can use. Whatever else stands in their place is refused and left as it is.
 */

/** @throws {ConfigError} if something else stands there, or others can use it */
export const makePrivateFolder = async (path: string): Promise<void> => {
  if (await isPrivateFolder(path)) return;
  await mkdir(path, { recursive: true, mode: 0o700 });
  await isPrivateFolder(path);
};

/**
 * False if nothing stands there.
 * @throws {ConfigError} as {@link makePrivateFolder}
 */
export const isPrivateFolder = async (path: string): Promise<boolean> => {
  const stats = await lstat(path).catch(unless('ENOENT'));
  if (stats === undefined) return false;
  if (!stats.isDirectory()) throw refusal(path, 'is not a folder', 'Remove it');
  mustBeOurs(path, stats, '700');
  return true;
};

/**
 * Undefined if nothing stands there.
 * @throws {ConfigError} as {@link makePrivateFolder}
 */
export const readPrivateFile = async (path: string): Promise<string | undefined> => {
  const file = await open(path, READING).catch((error: unknown) => {
    if (SPECIAL.includes(codeOf(error))) throw notFile(path);
    return unless('ENOENT')(error);
  });
  try {
    if (file) mustBeOurFile(path, await file.stat());
    return await file?.readFile('utf8');
  } finally {
    await file?.close();
  }
};

/** Writes a file that was not there, and waits until it is on the disk. */
export const writePrivateFile = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Waits until the names in a folder are on the disk. */
export const syncFolder = async (path: string): Promise<void> => {
  // Windows opens no folder.
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/** For `catch`: the error with this code becomes undefined. */
export const unless =
  (code: string) =>
  (error: unknown): undefined => {
    if (codeOf(error) !== code) throw error;
  };

// A pipe must not hold us up, and a link must not lead us elsewhere; Windows has neither flag.
const READING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
// What open says of a link and of a socket.
const SPECIAL: readonly unknown[] = ['ELOOP', 'EMLINK', 'ENXIO'];

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

const mustBeOurFile = (path: string, stats: Stats): void => {
  if (!stats.isFile()) throw notFile(path);
  mustBeOurs(path, stats, '600');
};

const mustBeOurs = (path: string, { mode, uid }: Stats, right: string): void => {
  const ours = process.geteuid?.();
  if (ours === undefined) return;
  if (uid !== ours)
    throw refusal(path, 'belongs to another user', 'Run as that user, or remove it');
  if ((mode & 0o077) !== 0)
    throw refusal(path, 'can be used by other users', `Run: chmod ${right} '${path}'`);
};

const notFile = (path: string): ConfigError => refusal(path, 'is not a regular file', 'Remove it');

const refusal = (path: string, fault: string, remedy: string): ConfigError =>
  new ConfigError(`The file store refuses '${path}': it ${fault}.`, {
    hint: `${remedy}, or give the store another folder.`,
  });
