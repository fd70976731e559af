import { lstat, utimes } from 'node:fs/promises';
import { sleep, systemClock } from '../time.js';
import type { TokenLock } from '../token-store.js';
import {
  type Mark,
  makeMarkedFolder,
  markAfter,
  markedFolder,
  moveMark,
  pathOfMark,
} from './marked-folder.js';
import { isPrivateFolder, unless } from './private-files.js';

/** Both in milliseconds. */
export interface LockTimes {
  readonly heartbeatMs: number;
  readonly staleMs: number;
}

export interface FileLock extends TokenLock {
  /** False once it was released, another has taken over, or its folder was removed. */
  isHeld(): Promise<boolean>;
}

/**
 * Waits for the lock until the signal aborts. A lock is a folder with a mark, `held` or `free`: who holds it keeps the
 * mark's time fresh, and whoever finds it free or stale may make it its own.
 */
export const takeFileLock = async (
  folder: string,
  times: LockTimes,
  signal: AbortSignal,
): Promise<FileLock> => {
  await isPrivateFolder(folder);
  const watch = new Watch(times);
  for (let tries = 0; ; tries += 1) {
    const lock = await tryToTake(folder, times, watch);
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
  { heartbeatMs }: LockTimes,
  watch: Watch,
): Promise<FileLock | undefined> => {
  const { mark, names } = await markedFolder(folder);
  if (mark?.kind === 'held' && !(await watch.isStale(pathOfMark(folder, mark)))) return undefined;
  const next = markAfter(mark, 'held');
  const isTaken = mark
    ? await takeMark(folder, mark, next)
    : await makeMarkedFolder(folder, names, next, async () => {});
  return isTaken ? hold(folder, next, heartbeatMs) : undefined;
};

/**
 * Watches the holder of a lock. By the wall clock alone a machine that was suspended, or whose clock was set, would
 * make every holder look dead: two beats must be missed before our eyes, too.
 */
class Watch {
  readonly #times: LockTimes;
  #seen: { readonly path: string; readonly beatAt: number; readonly since: number } | undefined;

  constructor(times: LockTimes) {
    this.#times = times;
  }

  async isStale(path: string): Promise<boolean> {
    const beatAt = (await lstat(path).catch(unless('ENOENT')))?.mtimeMs;
    // Gone: another has the lock by now.
    if (beatAt === undefined) return false;
    const now = systemClock.monotonic();
    if (this.#seen?.path !== path || this.#seen.beatAt !== beatAt)
      this.#seen = { path, beatAt, since: now };
    const { heartbeatMs, staleMs } = this.#times;
    // A clock that was set back leaves times that are ahead.
    const isOld = Math.abs(systemClock.now() - beatAt) >= staleMs;
    return isOld && now - this.#seen.since >= 2 * heartbeatMs;
  }
}

const takeMark = async (folder: string, mark: Mark, next: Mark): Promise<boolean> => {
  // It keeps its time when it is renamed: a stale one would be taken from its new holder at once.
  await refresh(pathOfMark(folder, mark)).catch(unless('ENOENT'));
  return moveMark(folder, mark, next);
};

const refresh = (path: string): Promise<void> => {
  const now = new Date(systemClock.now());
  return utimes(path, now, now);
};

const hold = (folder: string, mark: Mark, heartbeatMs: number): FileLock => {
  const path = pathOfMark(folder, mark);
  // A beat that fails lets the lock go stale, as it should; one that comes late finds no mark of this name.
  const beat = (): void => void refresh(path).catch(() => {});
  const timer = setInterval(beat, heartbeatMs).unref();
  return {
    fence: String(mark.number),
    isHeld: async () => (await lstat(path).catch(unless('ENOENT'))) !== undefined,
    release: async () => {
      clearInterval(timer);
      await moveMark(folder, mark, { ...mark, kind: 'free' });
    },
  };
};
