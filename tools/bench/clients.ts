import assert from 'node:assert/strict';
import type { Connections } from './api-process.ts';
import { type BenchReport, type Cost, type Goal, isMet } from './measure.ts';
import { axiosClients, type ClientMaker, sdkClients } from './users.ts';
import type { Weights } from './users-process.ts';
import { startWorker } from './worker.ts';

/*
 * Many clients, one for each user: how many connections they open when all of them call at once, how
 * much heap each holds, and what it takes to make one.
 */

const CLIENTS = 200;
const ORIGINS = 2;
/** Calls that take so long meet each other, however slowly the tokens came. */
const CALL_MS = 300;

export const benchClients = async (tell: (line: string) => void): Promise<BenchReport> => {
  tell(`${CLIENTS} clients for each of ${ORIGINS} origins, one call each, all at once`);
  const ours = await run(sdkClients);
  tell('the same with an instance of axios each');
  const peer = await run(axiosClients);
  const goals = goalsOf(ours);
  // What the goals say is worth nothing if clients meet them that open what they like.
  assert.ok(!goalsOf(peer).slice(1).some(isMet), 'the goals are met without a limit, too');
  tell('weighing them');
  const { clients, made, making, used } = await weigh();
  const micros = Math.round((making.cpuSeconds * 1_000_000) / clients);
  return {
    subject: `${CLIENTS} users' clients for each of ${ORIGINS} origins, one call each, all at once; heap of one of ${clients.toLocaleString('en')}`,
    rows: [
      { what: 'the SDK', ...ours.cost, note: inWords(ours) },
      { what: 'axios, an instance each', ...peer.cost, note: inWords(peer) },
      {
        what: `createClient, ${clients.toLocaleString('en')} times`,
        ...making,
        note: `${micros} µs and ${(made / 1_000).toFixed(1)} kB each, before the first call`,
      },
    ],
    goals: [
      ...goals,
      { what: 'heap of a client after a call', value: used / 1_000, limit: 8, unit: 'kB' },
    ],
  };
};

interface Outcome {
  readonly failed: number;
  /** Of each origin. */
  readonly connections: readonly Connections[];
  readonly cost: Cost;
}

const most = ({ connections }: Outcome, kind: keyof Connections): number =>
  Math.max(...connections.map((origin) => origin[kind]));

const goalsOf = (outcome: Outcome): Goal[] => [
  { what: 'failed calls', value: outcome.failed, limit: 0, unit: '' },
  { what: 'connections for calls, an origin', value: most(outcome, 'calls'), limit: 64, unit: '' },
  { what: 'connections for tokens, an origin', value: most(outcome, 'tokens'), limit: 4, unit: '' },
];

const inWords = (outcome: Outcome): string =>
  `${most(outcome, 'calls')} connections for calls, ${most(outcome, 'tokens')} for tokens`;

const run = async (clientsOf: ClientMaker): Promise<Outcome> => {
  const apis = Array.from({ length: ORIGINS }, () =>
    startWorker('api-process.ts', [String(CALL_MS)]),
  );
  try {
    const urls = await Promise.all(apis.map((api) => api.ask<string>('url')));
    const startedAt = performance.now();
    const before = process.cpuUsage();
    const clients = urls.flatMap((url) => Array.from({ length: CLIENTS }, clientsOf(url)));
    const outcomes = await Promise.allSettled(clients.map((client) => client.call()));
    const { system, user } = process.cpuUsage(before);
    return {
      failed: outcomes.filter(({ status }) => status === 'rejected').length,
      connections: await Promise.all(apis.map((api) => api.ask<Connections>('connections'))),
      cost: {
        cpuSeconds: (system + user) / 1_000_000,
        wallSeconds: (performance.now() - startedAt) / 1_000,
      },
    };
  } finally {
    for (const api of apis) api.end();
  }
};

const weigh = async (): Promise<Weights> => {
  const api = startWorker('api-process.ts');
  const url = await api.ask<string>('url');
  const scales = startWorker('users-process.ts', [url], ['--expose-gc']);
  try {
    return await scales.ask<Weights>('weigh');
  } finally {
    for (const worker of [api, scales]) worker.end();
  }
};
