import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { lstat, open, readdir, rename, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FileLock, takeFileLock } from '../src/node/file-lock.js';
import { fileStore } from '../src/node/file-store.js';

// The real ones, but a test can show one caller what another would have seen earlier.
vi.mock('node:fs/promises', { spy: true });

const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');

const TIMES = { heartbeatMs: 50, staleMs: 300 };

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-file-lock-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, 'one-')), 'lock');
});

const lock = (limitMs = 5_000, times = TIMES): Promise<FileLock> =>
  takeFileLock(folder, times, AbortSignal.timeout(limitMs));

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
    await (await lock(50)).release();
  });

  it('is given back if the signal aborted while it was taken', async () => {
    const controller = new AbortController();
    const taking = takeFileLock(folder, TIMES, controller.signal);
    vi.mocked(readdir).mockImplementationOnce(async () => {
      controller.abort(new Error('too late'));
      return [];
    });
    await expect(taking).rejects.toThrow('too late');
    expect(readdirSync(folder)).toEqual(['1']);
    await (await lock(50)).release();
  });

  it('stays with a holder that lives', async () => {
    const held = await lock();
    await expect(lock(700)).rejects.toThrow('timeout');
    expect(await held.isHeld()).toBe(true);
    await held.release();
  });

  it('once given back is not kept by a beat, not even by one that was under way', async () => {
    const held = await lock();
    vi.mocked(utimes).mockImplementationOnce(async (path, accessed, modified) => {
      await wait(150);
      await real.utimes(path, accessed, modified);
    });
    await wait(100);
    await held.release();
    await wait(150);
    await (await lock(50)).release();
  });

  it('goes from one that was silent for staleMs, for good', async () => {
    const silent = await lock(500, { heartbeatMs: 450, staleMs: 1_200 });
    const startedAt = performance.now();
    const next = await lock();
    expect(performance.now() - startedAt).toBeGreaterThan(200);
    expect([await silent.isHeld(), await next.isHeld()]).toEqual([false, true]);
    // Neither its late beat nor its late release touches what is another's now.
    await wait(500);
    await silent.release();
    await expect(lock(200)).rejects.toThrow('timeout');
    await next.release();
  });

  it('of a clock that was far ahead is taken over, too', async () => {
    await (await lock()).release();
    const ahead = Date.now() / 1000 + 3_600;
    utimesSync(join(folder, '1'), ahead, ahead);
    await (await lock(200)).release();
  });

  it('leaves one empty file, however often it was taken', async () => {
    for (let count = 0; count < 12; count += 1) await (await lock()).release();
    expect(readdirSync(folder)).toEqual(['12']);
    const { mode, size } = statSync(join(folder, '12'));
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
    for (let count = 0; count < 2; count += 1) await (await lock()).release();
    const held = await lock();
    const silent = { mtimeMs: 0 } as Awaited<ReturnType<typeof lstat>>;
    vi.mocked(readdir).mockResolvedValueOnce(['1'] as never);
    vi.mocked(lstat).mockImplementationOnce(real.lstat).mockResolvedValueOnce(silent);
    await expect(lock(200)).rejects.toThrow('timeout');
    expect(readdirSync(folder)).toEqual([held.fence]);
    expect(await held.isHeld()).toBe(true);
    await held.release();
  });
});

describe('a save', () => {
  const record = { value: 'a', obtainedAt: 1, expiresAt: 2 };
  const storeHere = () => fileStore({ folder, ...TIMES });
  const save = (): Promise<boolean> =>
    storeHere().save('key', record, { expectedVersion: undefined, ttlMs: 1 });
  afterEach(() => {
    for (const spied of [open, rename]) vi.mocked(spied).mockReset();
  });

  it('that lost its lock in the middle is refused', async () => {
    vi.mocked(open)
      .mockImplementationOnce(real.open)
      .mockImplementationOnce((path, flags) => {
        writeFileSync(join(`${String(path)}.saving`, '2'), '');
        return real.open(path, flags);
      });
    expect(await save()).toBe(false);
    expect(await storeHere().load('key')).toBeUndefined();
    expect(await save()).toBe(true);
  });

  it('waits for the disk: for the file before it is put in its place, and then for the folder', async () => {
    const order: string[] = [];
    vi.mocked(open).mockImplementation(async (path, ...rest) => {
      const file = await real.open(path, ...rest);
      const sync = file.sync.bind(file);
      file.sync = () => {
        order.push(`sync ${extname(String(path)) || 'folder'}`);
        return sync();
      };
      return file;
    });
    vi.mocked(rename).mockImplementation((from, to) => {
      order.push('rename');
      return real.rename(from, to);
    });
    expect(await save()).toBe(true);
    expect(order).toEqual(['sync .tmp', 'rename', 'sync folder']);
  });

  it('is refused in a folder that another made at the same moment, open to all', async () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    vi.mocked(lstat).mockRejectedValueOnce(Object.assign(new Error(), { code: 'ENOENT' }));
    await expect(save()).rejects.toThrow('can be used by other users');
  });
});
