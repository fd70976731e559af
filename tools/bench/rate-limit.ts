import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { RateLimitOptions } from '@criteo-sdk/core';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import type { AxiosInstance, AxiosStatic } from 'axios';
import { type LimitedServer, startLimited, type Window } from './limited-server.ts';
import { type BenchReport, type Cost, type Goal, isMet } from './measure.ts';

/*
 * More calls at once than a budget takes, against a server that enforces it: with the rate gate,
 * with the gate switched off, and with what people use beside plain axios.
 */

const CALLS = 1_000;
const LIMIT = 250;
/** Stands for a minute. */
const WINDOW_MS = 3_000;

interface Outcome extends Cost {
  readonly failed: number;
  readonly windows: readonly Window[];
}

type Caller = (server: LimitedServer) => () => Promise<unknown>;

export const benchRateLimit = async (tell: (line: string) => void): Promise<BenchReport> => {
  tell(`${CALLS} calls at once, with the rate gate`);
  const ours = await run(sdk({}));
  tell('the same with the gate switched off');
  const ungated = await run(sdk(false));
  tell('the same with axios and axios-retry');
  const peer = await run(axiosWithRetry);
  const goals = goalsOf(ours);
  // What the goals say is worth nothing if calls meet them that know of no limit.
  assert.ok(!goalsOf(ungated).every(isMet), 'the goals are met without the gate, too');
  return {
    subject: `${CALLS} calls at once, ${LIMIT} in ${WINDOW_MS / 1_000} s; CPU with the server's`,
    rows: [
      { what: `the SDK: ${inWords(ours)}`, ...ours },
      { what: `gate off: ${inWords(ungated)}`, ...ungated },
      { what: `axios-retry: ${inWords(peer)}`, ...peer },
    ],
    goals,
  };
};

const goalsOf = ({ failed, windows }: Outcome): Goal[] => [
  { what: 'failed calls', value: failed, limit: 0, unit: '' },
  { what: '429s after the first window', value: refusedLater(windows), limit: 0, unit: '' },
  {
    what: 'unused of a full window, at worst',
    // The last one takes what is left.
    value: Math.max(...windows.slice(0, -1).map(({ used }) => 1 - used / LIMIT)),
    limit: 0.03,
    unit: '',
  },
];

const refusedLater = (windows: readonly Window[]): number =>
  windows.slice(1).reduce((sum, { refused }) => sum + refused, 0);

const inWords = ({ failed, windows }: Outcome): string =>
  `${failed} failed, ${refusedLater(windows)} late 429s`;

const run = async (caller: Caller): Promise<Outcome> => {
  const server = await startLimited(LIMIT, WINDOW_MS);
  const call = caller(server);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const outcomes = await Promise.allSettled(Array.from({ length: CALLS }, call));
  const { system, user } = process.cpuUsage(cpuBefore);
  server.close();
  return {
    failed: outcomes.filter(({ status }) => status === 'rejected').length,
    windows: server.windows(),
    wallSeconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds: (system + user) / 1_000_000,
  };
};

const sdk =
  (rateLimit: RateLimitOptions | false): Caller =>
  ({ url: baseUrl }) => {
    const settings = { baseUrl, allowLoopbackHttp: true, rateLimit };
    const client = createClient({ clientId: 'id', clientSecret: 'secret', ...settings });
    return () => client.account.getAccounts();
  };

/** As its README has it, told to repeat 429s, too. */
const axiosWithRetry: Caller = ({ url }) => {
  const { axios, axiosRetry } = peers();
  const instance = axios.create();
  axiosRetry(instance, {
    retries: 3,
    retryDelay: axiosRetry.exponentialDelay,
    retryCondition: (error) =>
      axiosRetry.isNetworkOrIdempotentRequestError(error) || error.response?.status === 429,
  });
  return () => instance.get(`${url}/accounts`);
};

interface AxiosRetry {
  (
    instance: AxiosInstance,
    options: {
      readonly retries: number;
      readonly retryDelay: unknown;
      readonly retryCondition: (error: {
        readonly response?: { readonly status: number };
      }) => boolean;
    },
  ): void;
  readonly exponentialDelay: unknown;
  readonly isNetworkOrIdempotentRequestError: (error: unknown) => boolean;
}

// They are locked in this folder, not in the project's root.
const peers = (): { readonly axios: AxiosStatic; readonly axiosRetry: AxiosRetry } => {
  const require = createRequire(import.meta.url);
  const { default: axiosRetry } = require('axios-retry') as { readonly default: AxiosRetry };
  return { axios: require('axios') as AxiosStatic, axiosRetry };
};
