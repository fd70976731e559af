import { createHash, randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { ownFields } from '../own.js';
import { systemClock } from '../time.js';
import type { StoredToken, TokenStore } from '../token-store.js';
import { type LockTimes, takeFileLock } from './file-lock.js';
import {
  isPrivateFolder,
  makePrivateFolder,
  readPrivateFile,
  syncFolder,
  unless,
  writePrivateFile,
} from './private-files.js';

export interface FileStoreOptions {
  /** A folder for tokens alone, on a local disk; it is made if it is missing. */
  readonly folder: string;
  /** How often the holder of a lock shows that it is alive, in milliseconds. @default 2_000 */
  readonly heartbeatMs?: number | undefined;
  /** A lock whose holder was silent for so long is taken over, in milliseconds. @default 10_000 */
  readonly staleMs?: number | undefined;
}

/**
 * Keeps tokens in files, one a key, for processes of one user on one machine. A file is replaced whole, whenever a
 * process dies. Folder and files are this user's alone (0700, 0600); what others can use, a link or a pipe
 * is refused. On Windows owners and modes are not checked: choose a folder in the user's profile. Nothing is
 * encrypted, and a token stays until the next one of its key.
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
    load: async (key) =>
      (await isPrivateFolder(root)) ? (await read(pathOf(key), key)).stored : undefined,
    save: async (key, record, { expectedVersion }) => {
      await prepare();
      const fresh = join(root, `${randomUUID()}.tmp`);
      const content = { format: FORMAT, key, version: randomUUID(), record };
      try {
        await writePrivateFile(fresh, JSON.stringify(content));
        return await replace({ path: pathOf(key), key, fresh, expectedVersion, times });
      } finally {
        await rm(fresh, { force: true });
      }
    },
    lock: async (key, { signal }) => {
      await makePrivateFolder(root);
      return takeFileLock(`${pathOf(key)}.lock`, times, signal);
    },
  };
};

const FORMAT = 1;
const LEFTOVER_MS = 3_600_000;
// Of saves of one key; each takes a few milliseconds.
const LONGEST_QUEUE_MS = 10_000;

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

interface Replacement {
  readonly path: string;
  readonly key: string;
  /** File to put there. */
  readonly fresh: string;
  readonly expectedVersion: string | undefined;
  readonly times: LockTimes;
}

const replace = async (replacement: Replacement): Promise<boolean> => {
  const { path, key, fresh, expectedVersion, times } = replacement;
  const patience = AbortSignal.timeout(times.staleMs + LONGEST_QUEUE_MS);
  const lock = await takeFileLock(`${path}.saving`, times, patience);
  try {
    const { stored, isBad } = await read(path, key);
    // Who slept in here may have been taken over.
    if (stored?.version !== expectedVersion || !(await lock.isHeld())) return false;
    if (isBad) await rename(path, `${path}.bad`);
    await rename(fresh, path);
  } finally {
    await lock.release();
  }
  await syncFolder(dirname(path));
  return true;
};

interface Reading {
  readonly stored: StoredToken | undefined;
  /** Something is there that no store of this format wrote for this key. */
  readonly isBad: boolean;
}

const read = async (path: string, key: string): Promise<Reading> => {
  const text = await readPrivateFile(path);
  if (text === undefined) return { stored: undefined, isBad: false };
  const stored = parse(text, key);
  return { stored, isBad: stored === undefined };
};

const parse = (text: string, key: string): StoredToken | undefined => {
  try {
    const content = ownFields(JSON.parse(text));
    const { version, record } = content;
    const isOurs =
      content.format === FORMAT &&
      content.key === key &&
      typeof version === 'string' &&
      typeof record === 'object' &&
      record !== null;
    return isOurs ? { version, record } : undefined;
  } catch {
    return undefined;
  }
};

/** What processes left that died while they wrote. */
const removeLeftovers = async (root: string): Promise<void> => {
  for (const name of await readdir(root)) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(root, name);
    const stats = await lstat(path).catch(unless('ENOENT'));
    const isOld = stats !== undefined && systemClock.now() - stats.mtimeMs > LEFTOVER_MS;
    if (isOld) await rm(path, { force: true });
  }
};
