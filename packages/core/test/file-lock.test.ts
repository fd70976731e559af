import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FileLock, takeFileLock } from '../src/node/file-lock.js';
import { fileStore } from '../src/node/file-store.js';

// The real ones, but a test can show one caller what another would have seen earlier.
vi.mock('node:fs/promises', { spy: true });

const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');

const { lstat, readdir, rename, utimes } = fs;

const TIMES = { heartbeatMs: 50, staleMs: 300 };
/** Of one that never shows that it is alive while a test runs. */
const SILENT = { heartbeatMs: 600_000, staleMs: 1_200_000 };
/** Of one that waits for a silent one. */
const PATIENT = { heartbeatMs: 50, staleMs: 1_200_000 };

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-file-lock-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder: string;
beforeEach(() => {
  vi.clearAllMocks();
  folder = join(mkdtempSync(join(scratch, 'one-')), 'lock');
});

const lock = (limitMs = 5_000, times = TIMES): Promise<FileLock> =>
  takeFileLock(folder, times, AbortSignal.timeout(limitMs));

/** Whoever held it would not be taken over. */
const lockThatIsFree = (): Promise<FileLock> => lock(10_000, SILENT);

/** Whoever held it for long without a sign of life is taken over. */
const lockOfTheSilent = (): Promise<FileLock> => lock(10_000, PATIENT);

/** Files of the lock, without their ids. */
const marks = (): string[] =>
  readdirSync(folder).map((name) => name.replace(/-[0-9a-f-]{36}\./, ' '));
const pathOfLast = (): string => join(folder, readdirSync(folder)[0] ?? 'none');

describe('a lock in files', () => {
  it('has one holder, and the next one as soon as it is given back', async () => {
    const first = await lock();
    const order: string[] = [];
    const second = lock().then((held) => {
      order.push('second');
      return held;
    });
    await wait(100);
    order.push('released');
    await first.release();
    const { fence, release } = await second;
    expect(order).toEqual(['released', 'second']);
    expect(Number(fence)).toBeGreaterThan(Number(first.fence));
    await release();
  });

  it('is waited for no longer than the signal says, and not taken after it', async () => {
    const held = await lock();
    const controller = new AbortController();
    const waiting = takeFileLock(folder, TIMES, controller.signal);
    await wait(50);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await held.release();
    const before = AbortSignal.abort(new Error('before'));
    await expect(takeFileLock(folder, TIMES, before)).rejects.toThrow('before');
    await (await lockThatIsFree()).release();
  });

  it('is given back if the signal aborted while it was taken', async () => {
    const controller = new AbortController();
    const taking = takeFileLock(folder, TIMES, controller.signal);
    vi.mocked(readdir).mockImplementationOnce(async () => {
      controller.abort(new Error('too late'));
      return [];
    });
    await expect(taking).rejects.toThrow('too late');
    expect(marks()).toEqual(['1 free']);
    await (await lockThatIsFree()).release();
  });

  it('stays with a holder that lives', async () => {
    const held = await lock();
    await expect(lock(700)).rejects.toThrow('timeout');
    expect(await held.isHeld()).toBe(true);
    await held.release();
  });

  it('once given back is not kept by a beat, not even by one that was under way', async () => {
    const held = await lock();
    const told = new AbortController();
    const released = once(told.signal, 'abort');
    const late = new Promise<unknown>((resolve) => {
      vi.mocked(utimes).mockImplementationOnce(async (path, accessed, modified) => {
        await released;
        const beat = real.utimes(path, accessed, modified);
        resolve(beat.catch(({ code }) => code));
        return beat;
      });
    });
    await vi.waitFor(() => expect(utimes).toHaveBeenCalled(), 10_000);
    await held.release();
    told.abort();
    expect(await late).toBe('ENOENT');
    await (await lockThatIsFree()).release();
  });

  it('goes from one that was silent for staleMs, and not before', async () => {
    const silent = await lock(500, SILENT);
    const silentFor = (ms: number): void => {
      const then = (Date.now() - ms) / 1_000;
      utimesSync(pathOfLast(), then, then);
    };
    silentFor(SILENT.staleMs - 300_000);
    await expect(lock(300, PATIENT)).rejects.toThrow('timeout');
    silentFor(SILENT.staleMs + 300_000);
    const next = await lockOfTheSilent();
    expect([await silent.isHeld(), await next.isHeld()]).toEqual([false, true]);
    await next.release();
  });

  it('goes for good: no late beat and no late release touches what is another’s now', async () => {
    const silent = await lock(500, { heartbeatMs: 450, staleMs: 1_200 });
    const next = await lock();
    await wait(500);
    await silent.release();
    await expect(lock(200, SILENT)).rejects.toThrow('timeout');
    await next.release();
  });

  it('of a clock that was far ahead is taken over, too', async () => {
    const held = await lock(500, SILENT);
    const ahead = Date.now() / 1000 + 3_600;
    utimesSync(pathOfLast(), ahead, ahead);
    await (await lockOfTheSilent()).release();
    await held.release();
  });

  it('stays with a holder that lives, whatever the clock of the machine was set to', async () => {
    const held = await lock();
    for (const seconds of [-3_600, 3_600]) {
      const leap = Date.now() / 1000 + seconds;
      utimesSync(pathOfLast(), leap, leap);
      await expect(lock(700)).rejects.toThrow('timeout');
    }
    expect(await held.isHeld()).toBe(true);
    await held.release();
  });

  it('leaves one empty file, however often it was taken', async () => {
    for (let count = 0; count < 12; count += 1) await (await lock()).release();
    expect(marks()).toEqual(['12 free']);
    const { mode, size } = statSync(pathOfLast());
    expect([mode & 0o777, size]).toEqual([0o600, 0]);
  });

  it('is held by one of many at a time', async () => {
    let inside = 0;
    let most = 0;
    const turn = async (): Promise<void> => {
      const { release } = await lock();
      inside += 1;
      most = Math.max(most, inside);
      await wait(1);
      inside -= 1;
      await release();
    };
    await Promise.all(Array.from({ length: 12 }, turn));
    expect(most).toBe(1);
  });

  it('is not taken by one that slept since it saw an earlier holder silent', async () => {
    const silent = await lock(500, SILENT);
    const seen = readdirSync(folder);
    utimesSync(pathOfLast(), 0, 0);
    const held = await lock();
    const stats = { mtimeMs: 0 } as Awaited<ReturnType<typeof lstat>>;
    vi.mocked(readdir).mockResolvedValue(seen as never);
    vi.mocked(lstat).mockImplementation((async (path: string) =>
      path.endsWith('.held') ? stats : real.lstat(path)) as typeof lstat);
    let tries = 0;
    vi.mocked(rename).mockImplementationOnce((from, to) => {
      tries += 1;
      vi.mocked(readdir).mockImplementation(real.readdir);
      vi.mocked(lstat).mockImplementation(real.lstat);
      return real.rename(from, to);
    });
    await expect(lock(700, PATIENT)).rejects.toThrow('timeout');
    expect(tries).toBe(1);
    expect(marks()).toEqual([`${held.fence} held`]);
    expect([await silent.isHeld(), await held.isHeld()]).toEqual([false, true]);
    await held.release();
  });

  it.each([1, 3])('is not taken by one that slept until %i others had taken it', async (others) => {
    await (await lock()).release();
    const fences: string[] = [];
    vi.mocked(rename).mockImplementationOnce(async (from, to) => {
      for (let left = others; left > 0; left -= 1) {
        const other = await lock();
        fences.push(other.fence);
        if (left > 1) await other.release();
      }
      return real.rename(from, to);
    });
    await expect(lock(200, SILENT)).rejects.toThrow('timeout');
    expect(fences).toHaveLength(others);
    expect(marks()).toEqual([`${fences.at(-1)} held`]);
  });

  it('is its new holder’s for staleMs, however long the one before was silent', async () => {
    await lock(500, SILENT);
    utimesSync(pathOfLast(), 0, 0);
    const next = await lockOfTheSilent();
    expect(Date.now() - statSync(pathOfLast()).mtimeMs).toBeLessThan(60_000);
    await next.release();
  });

  it('is taken where its folder was damaged', async () => {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, '7'), '');
    const held = await lockThatIsFree();
    expect(marks()).toEqual(['1 held']);
    await held.release();
  });

  it('is given back by one change of a name, and asked after by one look', async () => {
    const held = await lock();
    const calls = (): number[] =>
      Object.values(fs).map((one) => (vi.isMockFunction(one) ? one.mock.calls.length : 0));
    const before = calls();
    await held.isHeld();
    await held.release();
    const added = calls().map((count, index) => count - (before[index] ?? 0));
    expect(added.reduce((sum, count) => sum + count)).toBe(2);
  });
});

describe('who asks whether it holds a lock', () => {
  it('hears no once it was released', async () => {
    const held = await lock();
    expect(await held.isHeld()).toBe(true);
    await held.release();
    expect(await held.isHeld()).toBe(false);
    await held.release();
    expect(marks()).toEqual(['1 free']);
  });

  it('hears no once another has taken over, and when that one has released it', async () => {
    const silent = await lock(500, SILENT);
    utimesSync(pathOfLast(), 0, 0);
    expect(await silent.isHeld()).toBe(true);
    const next = await lock();
    expect([await silent.isHeld(), await next.isHeld()]).toEqual([false, true]);
    await silent.release();
    expect(await next.isHeld()).toBe(true);
    await next.release();
    expect([await silent.isHeld(), await next.isHeld()]).toEqual([false, false]);
  });

  it('hears no when the folder was removed, even if another has made it again', async () => {
    const held = await lock();
    rmSync(folder, { recursive: true });
    expect(await held.isHeld()).toBe(false);
    const next = await lock();
    expect(next.fence).toBe(held.fence);
    expect([await held.isHeld(), await next.isHeld()]).toEqual([false, true]);
    await held.release();
    expect(await next.isHeld()).toBe(true);
    await next.release();
  });

  it('can ask the lock of a file store', async () => {
    const store = fileStore({ folder });
    const signal = AbortSignal.timeout(5_000);
    const held = (await store.lock?.('key', { signal })) as FileLock;
    expect(await held.isHeld()).toBe(true);
    rmSync(folder, { recursive: true });
    expect(await held.isHeld()).toBe(false);
    await held.release();
  });
});
