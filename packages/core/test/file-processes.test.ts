import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
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

  const start = (role: string, { times = 0, from = bundle } = {}): ChildProcess => {
    const args = [from, folder, role, String(times)];
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

  const wholeRecord = (text: string): boolean => {
    try {
      return JSON.parse(text).record.value === 'x'.repeat(20_000);
    } catch {
      return false;
    }
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

  it('would lose some without the check under the lock', async () => {
    const planted = join(scratch, 'planted.mjs');
    const text = readFileSync(bundle, 'utf8');
    const without = text.replace('?.version !== expectedVersion', '?.version === 0');
    expect(without).not.toBe(text);
    writeFileSync(planted, without);
    expect(await countOf(2, 50, planted)).toBeLessThan(100);
  });

  it('find a whole file after each of many kills', { timeout: 120_000 }, async () => {
    const file = join(folder, createHash('sha256').update('key').digest('hex'));
    const kill = async (): Promise<void> => {
      const writer = start('writer');
      await heard(writer);
      await wait(Math.random() * 20);
      const end = gone(writer);
      writer.kill('SIGKILL');
      await end;
      expect(wholeRecord(readFileSync(file, 'utf8'))).toBe(true);
      expect((await store.load('key'))?.record.value).toHaveLength(20_000);
    };
    const lane = async (): Promise<void> => {
      for (let left = KILLS / 2; left > 0; left -= 1) await kill();
    };
    await Promise.all([lane(), lane()]);
    expect(existsSync(`${file}.bad`)).toBe(false);
    expect(wholeRecord(readFileSync(file, 'utf8').slice(0, -1))).toBe(false);
    const { version } = (await store.load('key')) ?? {};
    expect(await save('after', version)).toBe(true);
  });

  it('take over the lock of one that was killed', async () => {
    const holder = start('holder');
    const fence = Number(await heard(holder));
    holder.kill('SIGKILL');
    const startedAt = performance.now();
    const next = await store.lock?.('key', { signal: AbortSignal.timeout(3_000) });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
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
    const signal = AbortSignal.timeout(3_000);
    await expect(store.lock?.('key', { signal: AbortSignal.timeout(600) })).rejects.toThrow();
    sleeper.kill('SIGSTOP');
    const next = await store.lock?.('key', { signal });
    expect(await save('of the next', (await store.load('key'))?.version)).toBe(true);
    const isSaved = heard(sleeper);
    sleeper.kill('SIGCONT');
    sleeper.send('go');
    expect(await isSaved).toBe(false);
    expect((await store.load('key'))?.record.value).toBe('of the next');
    // Nor did it give back a lock that is not its own any more.
    await expect(store.lock?.('key', { signal: AbortSignal.timeout(200) })).rejects.toThrow();
    await next?.release();
  });
});
