import type { Batch } from './call-process.ts';
import { type BenchReport, type Cost, lowerQuartile } from './measure.ts';
import type { SubjectName } from './subjects.ts';
import { startWorker, type Worker } from './worker.ts';

/*
 * What one call costs its client: an authorised GET of 1 kB of JSON over kept connections. Server and
 * subjects are processes of their own; the subjects take turns, so that whatever else the machine
 * does meets all of them.
 */

const ROUNDS = 16;

const SUBJECTS: readonly (readonly [SubjectName, string])[] = [
  ['axios', 'axios'],
  ['sdk', 'the SDK'],
  ['azure', 'Azure pipeline'],
  ['bareAxios', 'axios, a minimal adapter'],
  ['nodeHttp', 'node:http'],
];

/** Short, so that there are many; long enough that the garbage of a batch is cleared within it. */
const BATCHES = [
  { what: 'one by one', atOnce: 1, calls: 600, limit: 0.6 },
  { what: '64 at once', atOnce: 64, calls: 1_200, limit: 0.7 },
] as const;

export const benchCall = async (tell: (line: string) => void): Promise<BenchReport> => {
  const api = startWorker('api-process.ts');
  const url = await api.ask<string>('url');
  const workers = new Map(
    SUBJECTS.map(([name]) => [name, startWorker('call-process.ts', [name, url])]),
  );
  try {
    tell(`warming up ${workers.size} subjects`);
    await takeTurns(workers);
    const rounds: Turn[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      tell(`round ${round} of ${ROUNDS}`);
      rounds.push(...(await takeTurns(workers)));
    }
    return reportOf(rounds);
  } finally {
    for (const worker of [api, ...workers.values()]) worker.end();
  }
};

interface Turn {
  readonly name: SubjectName;
  readonly batch: Batch;
  readonly cost: Cost;
}

const takeTurns = async (workers: ReadonlyMap<SubjectName, Worker>): Promise<Turn[]> => {
  const turns: Turn[] = [];
  for (const batch of BATCHES)
    for (const [name, worker] of workers)
      turns.push({ name, batch, cost: await worker.ask<Cost>(batch) });
  return turns;
};

const reportOf = (turns: readonly Turn[]): BenchReport => {
  const costOf = (name: SubjectName, batch: Batch): Cost =>
    lowerQuartile(
      turns.filter((turn) => turn.name === name && turn.batch === batch).map(({ cost }) => cost),
    );
  const ratio = (name: SubjectName, batch: Batch): number =>
    costOf(name, batch).cpuSeconds / costOf('axios', batch).cpuSeconds;
  return {
    subject: `${BATCHES.map(({ calls, what }) => `${calls.toLocaleString('en')} calls ${what}`).join(', ')}; the lower quartile of ${ROUNDS} rounds, the client's alone`,
    rows: BATCHES.flatMap((batch) =>
      SUBJECTS.map(([name, what]) => {
        const cost = costOf(name, batch);
        const micros = Math.round((cost.cpuSeconds * 1_000_000) / batch.calls);
        const note = `${String(micros).padStart(4)} µs a call, ${ratio(name, batch).toFixed(2)}`;
        return { what: `${what}, ${batch.what}`, ...cost, note };
      }),
    ),
    goals: BATCHES.map((batch) => ({
      what: `CPU, the SDK / axios, ${batch.what}`,
      value: ratio('sdk', batch),
      limit: batch.limit,
      unit: '',
    })),
  };
};
