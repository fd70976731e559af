import { createHash } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { ownFields } from '../own.js';
import { systemClock } from '../time.js';
import type { TokenStore } from '../token-store.js';
import { type LockTimes, takeFileLock } from './file-lock.js';
import { isPrivateFolder, makePrivateFolder, unless } from './private-files.js';
import { loadRecord, saveRecord } from './record-folder.js';

export interface FileStoreOptions {
  /** A folder for tokens alone, on a local disk; it is made if it is missing. */
  readonly folder: string;
  /** How often the holder of a lock shows that it is alive, in milliseconds. @default 2_000 */
  readonly heartbeatMs?: number | undefined;
  /** A lock whose holder was silent for so long, and for two beats before the eyes of who waits, is taken over, in milliseconds. @default 10_000 */
  readonly staleMs?: number | undefined;
}

/**
 * Keeps tokens in files, a folder for each key, for processes of one user on one machine. A record is replaced whole,
 * whenever a process dies, and never by one that slept while others saved. Folders and files are this user's alone
 * (0700, 0600); what others can use, a link or a pipe is refused. On Windows owners and modes are not checked: choose
 * a folder in the user's profile. Nothing is encrypted, and a token stays until the next one of its key.
 * @throws {ConfigError} for an option; `load`, `save` and `lock` reject with one for a file that is refused
 */
export const fileStore = (options: FileStoreOptions): TokenStore => {
  const { folder, heartbeatMs = 2_000, staleMs = 10_000 } = ownFields(options);
  checkFolder(folder);
  checkTimes({ heartbeatMs, staleMs });
  const times = { heartbeatMs, staleMs };
  // The working folder may change.
  const root = resolve(folder);
  const pathOf = (key: string): string =>
    join(root, createHash('sha256').update(key).digest('hex'));
  let isTidy = false;

  const prepare = async (): Promise<void> => {
    await makePrivateFolder(root);
    const isFirst = !isTidy;
    isTidy = true;
    if (isFirst) await removeLeftovers(root);
  };

  return {
    load: async (key) => ((await isPrivateFolder(root)) ? loadRecord(pathOf(key), key) : undefined),
    save: async (key, record, { expectedVersion }) => {
      await prepare();
      return saveRecord(pathOf(key), key, record, expectedVersion);
    },
    lock: async (key, { signal }) => {
      await makePrivateFolder(root);
      return takeFileLock(`${pathOf(key)}.lock`, times, signal);
    },
  };
};

const LEFTOVER_MS = 3_600_000;

const checkFolder = (folder: unknown): void => {
  if (typeof folder === 'string' && folder !== '') return;
  throw new ConfigError("The option 'folder' of the file store must be the path of a folder.");
};

const checkTimes = ({ heartbeatMs, staleMs }: LockTimes): void => {
  // One beat may be late.
  if (heartbeatMs > 0 && staleMs >= 2 * heartbeatMs && Number.isFinite(staleMs)) return;
  throw new ConfigError(
    "The options 'heartbeatMs' and 'staleMs' of the file store must be milliseconds, the second at least twice the first.",
  );
};

/** What processes left that died while they wrote. */
const removeLeftovers = async (root: string): Promise<void> => {
  for (const name of await readdir(root)) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(root, name);
    const stats = await lstat(path).catch(unless('ENOENT'));
    const isOld = stats !== undefined && systemClock.now() - stats.mtimeMs > LEFTOVER_MS;
    if (isOld) await rm(path, { recursive: true, force: true });
  }
};
