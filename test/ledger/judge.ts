import { jobsOf, LIMIT_MS } from './jobs.ts';
import type { Outage, Seen, Told } from './journal.ts';
import type { Record } from './lane.ts';

/** One call, from both sides. */
export interface Call {
  readonly lane: string;
  readonly isFrozenLane: boolean;
  readonly told: Told;
  readonly heads: readonly Seen[];
  /** How often it was processed. */
  readonly done: readonly Seen[];
  /** It had time enough, and its caller did not abort it. */
  readonly isOrdinary: boolean;
  /** It failed while nobody took connections. */
  readonly wasRefused: boolean;
}

export interface Rule {
  readonly what: string;
  readonly isOf: (call: Call) => boolean;
  readonly breaks: (call: Call) => boolean;
  /** So much of those it is of may break it, or four where they are few. @default 0 */
  readonly share?: number;
}

const SAFE_MS = 10_000;
// The way to the server, and a busy machine.
const SLACK_MS = 1_500;
// A client may be stopped while a call's time ends, for as long as this.
const LONGEST_STOP_MS = 20_000;

const isWrite = ({ told }: Call): boolean => told.kind !== 'read';
const all = (): boolean => true;

/** How many calls may break a rule. */
export const mostOf = ({ share }: Rule, of: number): number =>
  share === undefined ? 0 : Math.max(FEW, of * share);

const FEW = 4;

export const RULES: readonly Rule[] = [
  {
    what: 'plain writes processed twice',
    isOf: ({ told }) => told.kind === 'plain',
    breaks: ({ done }) => done.length > 1,
  },
  {
    what: 'writes with `retry: { writes: false }` processed twice',
    isOf: ({ told }) => told.kind === 'once',
    breaks: ({ done }) => done.length > 1,
  },
  {
    what: 'writes marked as safe repeated later than 10 s after their first sending',
    isOf: ({ told }) => told.kind === 'safe' || told.kind === 'patient',
    breaks: ({ heads }) => {
      const [first, ...repeats] = heads.filter(({ isRefused }) => !isRefused);
      const last = repeats.at(-1) ?? first;
      return first !== undefined && last !== undefined && last.at - first.at > SAFE_MS + SLACK_MS;
    },
  },
  {
    what: '"not-sent" of one that was processed',
    isOf: ({ told }) => told.outcome === 'not-sent',
    breaks: ({ done }) => done.length > 0,
  },
  {
    what: '"not-sent" of one that arrived',
    isOf: ({ told }) => told.outcome === 'not-sent',
    breaks: ({ heads }) => heads.length > 0,
  },
  {
    what: '"answered" of one that never arrived',
    isOf: ({ told }) => told.outcome === 'answered' || told.result === 'value',
    breaks: ({ heads }) => heads.length === 0,
  },
  {
    what: 'successes of writes that were not processed',
    isOf: (call) => isWrite(call) && call.told.result === 'value',
    breaks: ({ done }) => done.length === 0,
  },
  {
    what: 'answers of another request',
    isOf: ({ told }) => told.result === 'value',
    breaks: ({ told }) => told.about !== told.id,
  },
  {
    what: '`retryable: true` with a processed write',
    isOf: (call) => isWrite(call) && call.told.retryable === true,
    breaks: ({ done }) => done.length > 0,
  },
  {
    what: '"may have been processed" of others than writes that are unknown, or missing there',
    isOf: ({ told }) => told.result === 'sdk-error',
    breaks: (call) =>
      /may have been processed/.test(call.told.message ?? '') !==
      (isWrite(call) && call.told.outcome === 'unknown'),
  },
  {
    what: 'failed although no byte was handed over, and somebody took connections',
    isOf: ({ isOrdinary }) => isOrdinary,
    breaks: ({ told, wasRefused }) => told.outcome === 'not-sent' && !wasRefused,
    share: 0.001,
  },
  {
    what: 'lost on connections that were closed while the client did not look',
    isOf: ({ isFrozenLane, isOrdinary }) => isFrozenLane && isOrdinary,
    breaks: ({ told }) => told.result !== 'value',
  },
  {
    what: 'calls that outlived their limit, or never ended',
    isOf: all,
    breaks: ({ told: { startedAt, endedAt } }) =>
      endedAt === undefined || endedAt - startedAt > LIMIT_MS + LONGEST_STOP_MS,
  },
  {
    what: 'errors that are not of the SDK',
    isOf: all,
    breaks: ({ told }) => told.result === 'foreign',
  },
];

/** Lays the two journals of a lane side by side. */
export const callsOf = ({ lane, server, client }: Record, seed: number): Call[] => {
  const seen = new Map<string, Seen[]>();
  for (const entry of server) {
    if (entry.type === 'outage') continue;
    const entries = seen.get(entry.id);
    if (entries) entries.push(entry);
    else seen.set(entry.id, [entry]);
  }
  const outages = server.filter((entry) => entry.type === 'outage');
  const jobs = new Map(jobsOf(seed, lane.name, lane.writes).map((job) => [job.id, job]));
  return client.map((told) => {
    const entries = seen.get(told.id) ?? [];
    const job = jobs.get(told.id);
    return {
      lane: lane.name,
      isFrozenLane: lane.kind === 'frozen',
      told,
      heads: entries.filter(({ type }) => type === 'head'),
      done: entries.filter(({ type }) => type === 'done'),
      isOrdinary: job?.limitMs === LIMIT_MS && job.abortMs === undefined,
      wasRefused: outages.some((outage) => endedIn(told, outage)),
    };
  });
};

// Who is refused until the end of an outage has its last attempt soon after it.
const AFTER_OUTAGE_MS = 1_000;

const endedIn = ({ endedAt = 0 }: Told, { from, to }: Outage): boolean =>
  endedAt >= from && endedAt <= to + AFTER_OUTAGE_MS;
