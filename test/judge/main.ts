import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fileStore } from '@criteo-sdk/core/node';
import { memoryStore } from '@criteo-sdk/retailmedia';
import { consented, resumed } from './app.ts';
import { type Judge, PUBLIC_ID, startJudge } from './provider.ts';

/*
 * npm run test:judge: our tokens before an authorization server of others, which ends a consent as
 * soon as a refresh token is used twice.
 *   --seconds <n>  how long eight processes share one folder. @default 60
 */

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const PROCESSES = 8;
const TOKEN_SECONDS = 3;

interface Report {
  readonly got: number;
  readonly renewed: number;
  readonly waits: number;
  readonly failed: readonly string[];
  readonly longestWaitMs: number;
}

const rotations = async (judge: Judge, app?: typeof PUBLIC): Promise<string> => {
  const store = memoryStore();
  let client = await consented(judge.url, store, app);
  const seen = new Set<string>();
  while ((judge.grants.refresh_token ?? 0) < 20) {
    // A restart in the middle: the store has what is needed.
    if (judge.grants.refresh_token === 10) client = resumed(judge.url, store, app);
    const { value } = await client.tokens.get();
    seen.add(value);
    client.tokens.invalidate(value);
  }
  assert.ok(seen.size >= 20, `only ${seen.size} tokens`);
  return 'a code with PKCE, then 20 rotations with a restart in the middle';
};

const PUBLIC = { clientId: PUBLIC_ID };

/** RFC 6749 section 2.1. */
const withoutSecret = async (judge: Judge): Promise<string> =>
  `without a secret: ${await rotations(judge, PUBLIC)}`;

/** Eight processes on one folder, whose store is of this kind. */
const eightOn = async <T>(
  judge: Judge,
  kind: string,
  use: (workers: Set<ChildProcess>) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'criteo-judge-'));
  const workers = new Set<ChildProcess>();
  try {
    await (await consented(judge.url, fileStore({ folder }))).tokens.get();
    for (let index = 0; index < PROCESSES; index += 1)
      workers.add(fork(join(import.meta.dirname, 'worker.ts'), [judge.url, folder, kind]));
    return await use(workers);
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
};

const SECONDS = Number(values.seconds);

const manyProcesses = (judge: Judge): Promise<string> =>
  eightOn(judge, 'whole', async (workers) => {
    await pause((SECONDS * 1000) / 3);
    await killHolder(workers);
    await pause((SECONDS * 2000) / 3);
    const { renewed, longest, waits } = await summed(workers);
    assert.equal(waits, 0);
    assert.ok(Math.min(...renewed) > 0, `renewed: ${renewed.join(', ')}`);
    return `${PROCESSES} processes on one folder for ${SECONDS} s, one killed while it held the lock: renewed ${renewed.join(', ')}; longest wait ${longest} s`;
  });

const faultyStore = (judge: Judge): Promise<string> =>
  eightOn(judge, 'faulty', async (workers) => {
    await pause(SECONDS * 1000);
    const { renewed, longest, waits } = await summed(workers);
    return `${PROCESSES} processes for ${SECONDS} s on a store that fails to load, to save and to lock at random: renewed ${renewed.join(', ')}; longest wait ${longest} s; ${waits} times no token for a while`;
  });

/** What all of them report, who must have failed at nothing and end by themselves. */
const summed = async (workers: ReadonlySet<ChildProcess>) => {
  const gone = Promise.all([...workers].map((worker) => once(worker, 'exit')));
  const reports = await Promise.all([...workers].map(reportOf));
  await gone;
  const renewed = reports.map((one) => one.renewed);
  const failures = reports.flatMap((one) => one.failed);
  assert.deepEqual(failures, []);
  const got = reports.map((one) => one.got);
  assert.ok(Math.min(...got) > 0, `tokens: ${got.join(', ')}`);
  const longest = Math.max(...reports.map(({ longestWaitMs }) => longestWaitMs));
  const waits = reports.reduce((sum, one) => sum + one.waits, 0);
  return { renewed, longest: (longest / 1000).toFixed(1), waits };
};

/** What the judge must see: a lock that nobody takes, a store that is taken for an empty one when it fails. */
const seenBy =
  (kind: string, what: string) =>
  (judge: Judge): Promise<string> =>
    eightOn(judge, kind, async () => {
      for (let second = 0; second < 60 && judge.verdicts.reused === 0; second += 1)
        await pause(1_000);
      assert.ok(judge.verdicts.reused > 0, 'the judge saw nothing');
      return `planted: ${what} a refresh token was used ${judge.verdicts.reused + 1} times, and the judge ended the consent`;
    });

/** Kills the first process that is about to send a token request, with the lock in its hands. */
const killHolder = async (workers: Set<ChildProcess>): Promise<void> => {
  const [victim] = workers;
  assert.ok(victim);
  const hanging = once(victim, 'message');
  victim.send('hang');
  await hanging;
  const gone = once(victim, 'exit');
  victim.kill('SIGKILL');
  await gone;
  workers.delete(victim);
};

const reportOf = async (worker: ChildProcess): Promise<Report> => {
  const told = once(worker, 'message');
  worker.send('stop');
  const [report] = (await told) as [Report];
  return report;
};

interface Proof {
  readonly name: string;
  readonly prove: (judge: Judge) => Promise<string>;
  readonly isPlanted?: true;
}

const PROOFS: readonly Proof[] = [
  { name: 'rotations', prove: rotations },
  { name: 'rotations without a secret', prove: withoutSecret },
  { name: 'many processes', prove: manyProcesses },
  { name: 'many processes on a store that fails', prove: faultyStore },
  { name: 'without the lock', prove: seenBy('without-lock', 'without the lock'), isPlanted: true },
  {
    name: 'a store that fails, taken for an empty one',
    prove: seenBy('forgetful', 'with a store that forgets when it fails'),
    isPlanted: true,
  },
];

let failed = 0;
for (const { isPlanted, name, prove } of PROOFS) {
  const judge = await startJudge(TOKEN_SECONDS);
  const { grants, verdicts } = judge;
  console.error(`· ${name}`);
  try {
    const what = await prove(judge);
    if (!isPlanted) assert.deepEqual(verdicts, { reused: 0, revoked: 0 });
    const sum = `reused ${verdicts.reused}, revoked ${verdicts.revoked}, ${grants.refresh_token} rotations`;
    console.log(`passed  ${what}; ${sum}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${(error as Error).message}; ${JSON.stringify(verdicts)}`);
  } finally {
    await judge.close();
  }
}
console.log(`${PROOFS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
