import { lstat, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, systemClock } from '../time.js';
import type { TokenLock } from '../token-store.js';
import { makePrivateFolder, unless } from './private-files.js';

/** Both in milliseconds. */
export interface LockTimes {
  readonly heartbeatMs: number;
  readonly staleMs: number;
}

export interface FileLock extends TokenLock {
  /** False once another has taken over. */
  isHeld(): Promise<boolean>;
}

/**
 * Waits for the lock until the signal aborts. A lock is a folder of empty files, numbered upwards; who made the
 * highest holds it while its time is fresh. The highest is never removed: so of those who follow it one
 * wins, and who comes late finds a higher one. (Of a single file, a slow process takes the next holder's away.)
 */
export const takeFileLock = async (
  folder: string,
  times: LockTimes,
  signal: AbortSignal,
): Promise<FileLock> => {
  await makePrivateFolder(folder);
  for (let tries = 0; ; tries += 1) {
    const lock = await tryToTake(folder, times);
    if (lock && !signal.aborted) return lock;
    await lock?.release();
    await sleep(systemClock, pauseMs(tries), signal);
  }
};

const LONGEST_PAUSE_MS = 50;

const pauseMs = (tries: number): number =>
  Math.min(LONGEST_PAUSE_MS, 5 * 2 ** tries) * (0.5 + Math.random() / 2);

const tryToTake = async (
  folder: string,
  { heartbeatMs, staleMs }: LockTimes,
): Promise<FileLock | undefined> => {
  const last = Math.max(0, ...(await numbersIn(folder)));
  if (last > 0 && (await isFresh(join(folder, String(last)), staleMs))) return undefined;
  const number = last + 1;
  const path = join(folder, String(number));
  const made = await writeFile(path, '', { flag: 'wx', mode: 0o600 }).then(
    () => true,
    unless('EEXIST'),
  );
  if (!made) return undefined;
  const numbers = await numbersIn(folder);
  // Then this one was made late, and its number is free only because it was used up.
  const isLate = Math.max(...numbers) > number;
  const others = numbers.filter((other) => other < number);
  for (const useless of isLate ? [number] : others) await remove(join(folder, String(useless)));
  return isLate ? undefined : hold(folder, number, heartbeatMs);
};

const hold = (folder: string, number: number, heartbeatMs: number): FileLock => {
  const path = join(folder, String(number));
  let beaten = Promise.resolve();
  const beat = (): void => {
    const now = new Date(systemClock.now());
    // A beat that fails lets the lock go stale, as it should.
    beaten = beaten.then(() => utimes(path, now, now)).catch(() => {});
  };
  const timer = setInterval(beat, heartbeatMs).unref();
  return {
    fence: String(number),
    isHeld: async () => Math.max(...(await numbersIn(folder))) === number,
    release: async () => {
      clearInterval(timer);
      await beaten;
      // Stale at once: the next need not wait. It may be gone, with the next one's.
      await utimes(path, 0, 0).catch(unless('ENOENT'));
    },
  };
};

const isFresh = async (path: string, staleMs: number): Promise<boolean> => {
  const stats = await lstat(path).catch(unless('ENOENT'));
  // Gone: there is a higher one by now. And a clock that was set back leaves times that are ahead.
  return stats === undefined || Math.abs(systemClock.now() - stats.mtimeMs) < staleMs;
};

const numbersIn = async (folder: string): Promise<readonly number[]> =>
  (await readdir(folder)).filter((name) => /^\d{1,15}$/.test(name)).map(Number);

const remove = (path: string): Promise<void> => rm(path, { force: true }).catch(() => {});
