import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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
import {
  inFolder,
  namesIn,
  quickStore,
  storeWarnings,
  tokenFile,
  tokenFolder,
} from '../token-folder.ts';

/** Processes on one folder of tokens that are killed, compete, or sleep. */
export const STORE_PROCESSES: readonly Case[] = [
  {
    id: 'F70',
    what: 'a process is killed while it saves, many times: the token is always whole; what was half-written goes with the next save',
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
  {
    id: 'F200',
    what: 'a process is stopped just before its save lands, and 1, 2 or 5 others land meanwhile: it is refused, the newest token stays, and nothing else is left',
    alone: true,
    run: async (bench) => {
      for (const newer of [1, 2, 5]) await inFolder((folder) => lateSaves(bench, folder, newer));
    },
  },
  {
    id: 'F201',
    what: '24 processes renew one rotating refresh token at once: none warns that a lock could not be released',
    alone: true,
    run: (bench) => inFolder((folder) => crowd(bench, folder)),
  },
  {
    id: 'F202',
    what: 'who holds a lock, is stopped and taken over, or whose folder is removed, is told that it holds it no more, and gives back no lock of another',
    alone: true,
    run: (bench) => inFolder((root) => takenOver(bench, join(root, 'tokens'))),
  },
];

const LENGTH = 20_000;

const killed = async (bench: Bench, folder: string, kills: number): Promise<string> => {
  const startedAt = Date.now();
  const store = quickStore(folder);
  const record = { ...recordOf(startedAt), refreshToken: 'x'.repeat(LENGTH) };
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
  const left = halfWritten(folder);
  // Of several that were killed one after the other.
  writeFileSync(join(tokenFolder(folder), '1-of-an-earlier-run.json'), '{');
  assert.equal(halfWritten(folder).length, left.length + 1);
  const { version } = (await store.load(key)) ?? {};
  await quickStore(folder).save(key, record, { expectedVersion: version, ttlMs: undefined });
  assert.deepEqual(halfWritten(folder), []);
  return `${kills} kills, ${left.length} files of theirs left at the end`;
};

/** Files of records that never landed, or were replaced. */
const halfWritten = (folder: string): string[] => {
  const current = basename(tokenFile(folder));
  return namesIn(tokenFolder(folder), '.json').filter((name) => name !== current);
};

const competing = async (bench: Bench, folder: string, seconds: number): Promise<string> => {
  const { reports, figures } = await renewing(bench, folder, 8, seconds);
  const { reused, revoked } = await bench.counts();
  assert.deepEqual([reused, revoked], [0, 0], figures);
  assert.ok(Math.min(...reports.map((one) => one.renewed)) > 0, figures);
  return figures;
};

/** Processes that renew one rotating refresh token for so long, and once at least. */
const renewing = async (bench: Bench, folder: string, processes: number, seconds: number) => {
  // Long enough for two to ask at once.
  await bench.script({ rotates: true, token: times(10_000, { kind: 'ok', delayMs: 20 }) });
  const store = fileStore({ folder });
  await connect(bench, { grant: REFRESH, store, subject: 'user' }).tokens.get();
  const reports = await withProcesses(async (start) => {
    const renewers = times(processes, bench.url).map((url) => start('renewer', [url, folder]));
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
  return { reports, warnings, figures };
};

const crowd = async (bench: Bench, folder: string): Promise<string> => {
  const { warnings, figures } = await renewing(bench, folder, 24, 1);
  const alarms = warnings.filter((warning) => warning.includes('release'));
  assert.deepEqual(alarms, [], figures);
  return figures;
};

/** A save that stops just before it lands, while so many others land. */
const lateSaves = (bench: Bench, folder: string, newer: number): Promise<void> =>
  withProcesses(async (start) => {
    const store = quickStore(folder);
    const save = async (value: string): Promise<void> => {
      const { version } = (await store.load(LATE)) ?? {};
      const record = { ...recordOf(Date.now()), value };
      const options = { expectedVersion: version, ttlMs: undefined };
      assert.equal(await store.save(LATE, record, options), true);
    };
    await save('before');
    const sleeper = start('late-saver', [bench.url, folder, LATE]);
    assert.equal(await sleeper.heard(), 'stopping');
    for (let count = 1; count <= newer; count += 1) await save(`newer ${count}`);
    sleeper.say('go');
    assert.deepEqual(await sleeper.heard(), { isSaved: false }, `after ${newer} others`);
    assert.equal((await store.load(LATE))?.record.value, `newer ${newer}`);
    assert.deepEqual(halfWritten(folder), []);
  });

const LATE = 'late';

const takenOver = (bench: Bench, folder: string): Promise<string> =>
  withProcesses(async (start) => {
    const store = quickStore(folder);
    const lock = (limitMs: number) =>
      store.lock?.(LATE, { signal: AbortSignal.timeout(limitMs) }) ?? Promise.reject();
    const sleeper = start('asker', [bench.url, folder, LATE]);
    const isHeld = async (): Promise<unknown> => {
      sleeper.say('held?');
      return sleeper.heard();
    };
    assert.equal(await sleeper.heard(), 'locked');
    assert.equal(await isHeld(), true);
    sleeper.signal('SIGSTOP');
    const next = await lock(30_000);
    sleeper.signal('SIGCONT');
    assert.equal(await isHeld(), false, 'after another has taken over');
    sleeper.say('release');
    assert.equal(await sleeper.heard(), 'released');
    await assert.rejects(lock(300), 'what it gave back was the next one’s');
    await next.release();
    // So that both locks after this are the first of their folder.
    rmSync(folder, { recursive: true });
    sleeper.say('lock');
    assert.equal(await sleeper.heard(), 'locked');
    rmSync(folder, { recursive: true });
    assert.equal(await isHeld(), false, 'after the folder was removed');
    const { release } = await lock(30_000);
    assert.equal(await isHeld(), false, 'after another has begun anew');
    await release();
    return 'asked four times';
  });

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
