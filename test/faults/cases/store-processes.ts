import assert from 'node:assert/strict';
import { lstatSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileStore } from '@criteo-sdk/core/node';
import {
  type Bench,
  type Case,
  call,
  connect,
  keyOf,
  REFRESH,
  recordOf,
  seen,
  times,
} from '../bench.ts';
import { withProcesses } from '../processes.ts';
import type { RenewerReport } from '../store-process.ts';
import { inFolder, namesIn, quickStore, storeWarnings, tokenFile } from '../token-folder.ts';

/** Processes on one folder of tokens that are killed, compete, or sleep. */
export const STORE_PROCESSES: readonly Case[] = [
  {
    id: 'F70',
    what: 'a process is killed while it saves, many times: the token is always whole; what was half-written goes once it is an hour old',
    alone: true,
    run: (bench) => inFolder((folder) => killed(bench, folder, bench.isLong ? 200 : 20)),
  },
  {
    id: 'F71',
    what: 'eight processes renew one rotating refresh token: none is used twice, each process renews, none needs a new consent',
    alone: true,
    run: (bench) => inFolder((folder) => competing(bench, folder, bench.isLong ? 60 : 8)),
  },
  {
    id: 'F72',
    what: 'who holds the lock is stopped in the middle of a renewal, another takes over after staleMs (0.3 s here): what the first saves late is refused',
    alone: true,
    run: (bench) => inFolder((folder) => stopped(bench, folder)),
  },
];

const TWO_HOURS_S = 7_200;
const LENGTH = 20_000;

const killed = async (bench: Bench, folder: string, kills: number): Promise<string> => {
  const startedAt = Date.now();
  const store = quickStore(folder);
  const record = { ...recordOf(startedAt), refreshToken: 'x'.repeat(LENGTH) };
  writeFileSync(join(folder, 'of-an-earlier-run.tmp'), '{');
  age(folder);
  const key = await keyOf(bench, store, record, { kind: 'client', subject: '' });
  const check = async (note: string): Promise<void> => {
    const text = readFileSync(tokenFile(folder), 'utf8');
    assert.doesNotThrow(() => JSON.parse(text), note);
    assert.equal(JSON.parse(text).record.refreshToken.length, LENGTH, note);
    assert.equal((await store.load(key))?.record.value, 'stored', note);
  };
  let done = 0;
  const lane = (): Promise<void> =>
    withProcesses(async (start) => {
      while (done < kills) {
        done += 1;
        const note = `kill ${done}`;
        const writer = start('writer', [bench.url, folder, key]);
        await writer.heard();
        await sleep(Math.random() * 20);
        await writer.kill();
        await check(note);
      }
    });
  // Both end before the folder goes.
  const ends = await Promise.allSettled([lane(), lane()]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  await call(connect(bench, { store }));
  await seen(bench, { token: 0, api: 1 });
  assert.deepEqual(namesIn(folder, '.bad'), []);
  const left = namesIn(folder, '.tmp');
  // Times of files are a few milliseconds behind.
  const older = left.filter((name) => lstatSync(join(folder, name)).mtimeMs < startedAt - 1_000);
  assert.deepEqual(older, [], 'older than the run');
  age(folder);
  const { version } = (await store.load(key)) ?? {};
  await quickStore(folder).save(key, record, { expectedVersion: version, ttlMs: undefined });
  assert.deepEqual(namesIn(folder, '.tmp'), []);
  return `${kills} kills, ${left.length} of them in the middle of a write`;
};

/** As if two hours had passed since they were written. */
const age = (folder: string): void => {
  const then = Date.now() / 1_000 - TWO_HOURS_S;
  for (const name of namesIn(folder, '.tmp')) utimesSync(join(folder, name), then, then);
};

const competing = async (bench: Bench, folder: string, seconds: number): Promise<string> => {
  // Long enough for two to ask at once.
  await bench.script({ rotates: true, token: times(10_000, { kind: 'ok', delayMs: 20 }) });
  const store = fileStore({ folder });
  await connect(bench, { grant: REFRESH, store, subject: 'user' }).tokens.get();
  const reports = await withProcesses(async (start) => {
    const renewers = times(8, bench.url).map((url) => start('renewer', [url, folder]));
    await Promise.all([sleep(seconds * 1_000), ...renewers.map((one) => one.heard())]);
    for (const one of renewers) one.say('stop');
    return (await Promise.all(renewers.map((one) => one.heard()))) as RenewerReport[];
  });
  const { reused, revoked, token } = await bench.counts();
  const renewed = reports.map((one) => one.renewed);
  const warnings = reports.flatMap((one) => one.warnings);
  const figures = `${seconds} s, ${token.length} token requests; renewed ${renewed.join(', ')}; reused ${reused}, revoked ${revoked}; warnings: ${warnings.join(' ') || 'none'}`;
  assert.deepEqual(
    reports.flatMap(({ failed }) => failed),
    [],
    figures,
  );
  assert.deepEqual([reused, revoked], [0, 0], figures);
  assert.ok(Math.min(...renewed) > 0, figures);
  return figures;
};

const stopped = (bench: Bench, folder: string): Promise<string> =>
  withProcesses(async (start) => {
    await bench.script({ token: [{ kind: 'ok', delayMs: 1_500 }] });
    const sleeper = start('saver', [bench.url, folder]);
    await until(async () => (await bench.counts()).token.length === 1);
    sleeper.signal('SIGSTOP');
    const { warnings, observe } = storeWarnings();
    const client = connect(bench, { store: quickStore(folder), observe });
    const startedAt = performance.now();
    await call(client);
    const tookMs = Math.round(performance.now() - startedAt);
    assert.deepEqual(warnings, []);
    const saved = readFileSync(tokenFile(folder), 'utf8');
    sleeper.signal('SIGCONT');
    assert.deepEqual(await sleeper.heard(), { isSaved: false });
    assert.equal(await sleeper.heard(), 'called');
    assert.equal(readFileSync(tokenFile(folder), 'utf8'), saved);
    assert.equal(
      (await connect(bench, { store: quickStore(folder) }).tokens.get()).value,
      'token-2',
    );
    await seen(bench, { token: 2, api: 2 });
    return `the other took over within ${tookMs} ms`;
  });

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let left = 1_500; !(await isSo()); left -= 1) {
    assert.ok(left > 0, 'it does not come');
    await sleep(20);
  }
};
