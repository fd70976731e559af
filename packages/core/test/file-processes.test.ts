import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileStore } from '../src/node/file-store.js';
import type { TokenStore } from '../src/token-store.js';

/** `FILE_STORE_KILLS=200` for more. */
const KILLS = Number(process.env.FILE_STORE_KILLS ?? 50);

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-file-processes-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder: string;
let store: TokenStore;
beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, 'one-')), 'tokens');
  store = fileStore({ folder, heartbeatMs: 50, staleMs: 300 });
});

const save = (value: string, expectedVersion: string | undefined): Promise<boolean> => {
  const record = { value, obtainedAt: 1, expiresAt: 2 };
  return store.save('key', record, { expectedVersion, ttlMs: 1 });
};

describe('processes that share a file store', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const SOURCE = resolve(import.meta.dirname, '../src/node/file-store.ts');
  const bundle = join(scratch, 'store.mjs');
  buildSync({
    entryPoints: [SOURCE],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
  });

  const start = (role: string, { times = 0, from = bundle, staleMs = 300 } = {}): ChildProcess => {
    const args = [from, folder, role, String(times), String(staleMs)];
    const child = fork(join(import.meta.dirname, 'file-store-process.ts'), args);
    children.push(child);
    return child;
  };
  const heard = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (status) => reject(new Error(`The process ended with ${status}.`)));
    });
  const gone = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve) => child.once('exit', resolve));

  const isWhole = (text: string): boolean => {
    try {
      return JSON.parse(text).record.value === 'x'.repeat(20_000);
    } catch {
      return false;
    }
  };

  const place = (): string => join(folder, createHash('sha256').update('key').digest('hex'));

  const marks = (): string[] => readdirSync(place()).filter((name) => name.endsWith('.current'));

  /** The record, as another program would find it. Another process may save between two looks: then it looks again. */
  const textInPlace = (tries = 20): string => {
    const [mark = 'none', ...others] = marks();
    try {
      expect(others).toEqual([]);
      return readFileSync(join(place(), `${basename(mark, '.current')}.json`), 'utf8');
    } catch (error) {
      if (tries === 0 || marks().join() === mark) throw error;
      return textInPlace(tries - 1);
    }
  };

  /** A copy of the store with something changed. */
  const planted = (from: string | RegExp, to: string): string => {
    const text = readFileSync(bundle, 'utf8');
    expect(text.split(from)).toHaveLength(2);
    const path = join(scratch, `${randomUUID()}.mjs`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    return path;
  };

  /** What several processes that count together come to. */
  const countOf = async (processes: number, times: number, from = bundle): Promise<number> => {
    const counters = Array.from({ length: processes }, () => start('counter', { times, from }));
    await Promise.all(counters.map(heard));
    const done = counters.map(heard);
    for (const child of counters) child.send('go');
    await Promise.all(done);
    return (await store.load('key'))?.record.obtainedAt ?? 0;
  };

  it('lose no save of four that count at the same time', { timeout: 120_000 }, async () => {
    expect(await countOf(4, 200)).toBe(800);
  });

  it('lose no save while they are stopped at random', { timeout: 120_000 }, async () => {
    const count = countOf(4, 60);
    let isOver = false;
    const stopper = async (): Promise<void> => {
      for (let next = 0; !isOver; next += 1) {
        const child = children[next % children.length];
        await wait(Math.random() * 20);
        child?.kill('SIGSTOP');
        await wait(350);
        child?.kill('SIGCONT');
      }
    };
    const stopped = stopper();
    expect(await count).toBe(240);
    isOver = true;
    await stopped;
  });

  it('would lose some without the check of the version', async () => {
    const without = planted('?.version !== expectedVersion', '?.version === 0');
    expect(await countOf(2, 50, without)).toBeLessThan(100);
  });

  describe('one of which is stopped just before its save lands', () => {
    const MOVE = /(?=await rename\d*\(pathOfMark)/;
    const STOP =
      "process.kill(process.pid, 'SIGSTOP'); await new Promise((done) => setTimeout(done, 9));";
    const stopsThere = (): string => planted(MOVE, STOP);
    const isStopped = (child: ChildProcess): boolean =>
      execFileSync('ps', ['-o', 'state=', '-p', String(child.pid)], {
        encoding: 'utf8',
      }).startsWith('T');
    const lateSave = async (newer: number, from: string): Promise<unknown> => {
      await save('before', undefined);
      const sleeper = start('saver', { from });
      const isSaved = heard(sleeper);
      await vi.waitFor(() => expect(isStopped(sleeper)).toBe(true), 30_000);
      for (let count = 1; count <= newer; count += 1)
        expect(await save(`newer ${count}`, (await store.load('key'))?.version)).toBe(true);
      sleeper.kill('SIGCONT');
      return isSaved;
    };
    const value = async (): Promise<string | undefined> => (await store.load('key'))?.record.value;

    it.each([1, 2, 5])('are not undone by it after %i newer saves', async (newer) => {
      expect(await lateSave(newer, stopsThere())).toBe(false);
      expect(await value()).toBe(`newer ${newer}`);
    });

    it('see its save where nobody else saved', async () => {
      expect(await lateSave(0, stopsThere())).toBe(true);
      expect(await value()).toHaveLength(20_000);
    });

    it('would be undone if the mark were looked for first and moved then', async () => {
      const looksFirst = planted(MOVE, `${STOP} from = (await markedFolder(folder)).mark;`);
      expect(await lateSave(1, looksFirst)).toBe(true);
      expect(await value()).not.toBe('newer 1');
    });
  });

  it('renew under the lock, 24 at once, and all give it back', { timeout: 120_000 }, async () => {
    const renewers = Array.from({ length: 24 }, () =>
      start('renewer', { times: 4, staleMs: 100_000 }),
    );
    await Promise.all(renewers.map(heard));
    const failed = renewers.map(heard);
    for (const child of renewers) child.send('go');
    expect((await Promise.all(failed)).flat()).toEqual([]);
    expect((await store.load('key'))?.record.obtainedAt).toBe(96);
    expect(readdirSync(`${place()}.lock`)).toEqual([expect.stringMatching(/^96-.*\.free$/)]);
  });

  it('find a whole file after each of many kills', { timeout: 120_000 }, async () => {
    const kill = async (): Promise<void> => {
      const writer = start('writer');
      await heard(writer);
      await wait(Math.random() * 20);
      const end = gone(writer);
      writer.kill('SIGKILL');
      await end;
      expect(isWhole(textInPlace())).toBe(true);
      expect((await store.load('key'))?.record.value).toHaveLength(20_000);
    };
    const lane = async (): Promise<void> => {
      for (let left = KILLS / 2; left > 0; left -= 1) await kill();
    };
    await Promise.all([lane(), lane()]);
    expect(existsSync(`${place()}.bad`)).toBe(false);
    expect(isWhole(textInPlace().slice(0, -1))).toBe(false);
    const { version } = (await store.load('key')) ?? {};
    expect(await save('after', version)).toBe(true);
    // What those left that were killed goes with the next save.
    expect(readdirSync(place())).toHaveLength(2);
  });

  it('take over the lock of one that was killed', async () => {
    const holder = start('holder');
    const fence = Number(await heard(holder));
    holder.kill('SIGKILL');
    const next = await store.lock?.('key', { signal: AbortSignal.timeout(10_000) });
    expect(Number(next?.fence)).toBeGreaterThan(fence);
    await next?.release();
  });

  it('are not kept alive by a lock that they hold', async () => {
    expect(await gone(start('leaver'))).toBe(0);
  });

  it('take over from one that sleeps; what it saves late is refused', async () => {
    await save('before', undefined);
    const sleeper = start('holder');
    await heard(sleeper);
    // Its beats may come late on a busy machine.
    const patient = fileStore({ folder, heartbeatMs: 50, staleMs: 1_500 });
    const lock = (ms: number) => patient.lock?.('key', { signal: AbortSignal.timeout(ms) });
    await expect(lock(2_000)).rejects.toThrow();
    sleeper.kill('SIGSTOP');
    const next = await lock(10_000);
    expect(await save('of the next', (await store.load('key'))?.version)).toBe(true);
    const isSaved = heard(sleeper);
    sleeper.kill('SIGCONT');
    sleeper.send('go');
    expect(await isSaved).toBe(false);
    expect((await store.load('key'))?.record.value).toBe('of the next');
    // Nor did it give back a lock that is not its own any more.
    await expect(lock(200)).rejects.toThrow();
    await next?.release();
  });
});
