import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  ConnectionError,
  connect,
  type Operation,
  SdkError,
  type TokenResponse,
} from '@criteo-sdk/core';
import { proxyFromEnv } from '@criteo-sdk/core/node';
import { type Job, jobsOf, LIMIT_MS } from './jobs.ts';
import type { Told } from './journal.ts';
import type { ClientCommand, ClientStart, ClientWord } from './processes.ts';

/* The process of the client: it makes the calls of its lane, and journals what it is told of them. */

const { baseUrl, folder, isStormy, lane, seed, writes } = JSON.parse(
  process.argv[2] ?? '',
) as ClientStart;
const tell = (word: ClientWord): void => void process.send?.(word);

interface Parameters {
  readonly id: string;
  readonly body: unknown;
}

const post = (
  id: string,
  more: { readonly read?: true; readonly safeToRetry?: true } = {},
): Operation<Parameters, { id?: unknown }> => ({
  id,
  method: 'POST',
  path: `/${id}/{id}`,
  body: true,
  ...more,
});
const OPERATIONS = {
  safe: post('safe', { safeToRetry: true }),
  patient: post('patient', { safeToRetry: true }),
  once: post('once', { safeToRetry: true }),
  read: post('read', { read: true }),
};

const token: Operation<object, TokenResponse> = {
  id: 'token',
  method: 'POST',
  path: '/token',
  auth: 'none',
  grants: [{ type: 'client_credentials' }],
  form: [
    { name: 'clientId', as: 'client_id' },
    { name: 'clientSecret', as: 'client_secret', secret: true },
    { name: 'grantType', as: 'grant_type' },
  ],
};

const client: Client<object> = connect(
  {
    product: { name: 'ledger', origin: baseUrl, prefix: '' },
    name: '1',
    life: {},
    groups: () => ({}),
    grants: ['client_credentials'] as const,
    defaultLifetimeMs: 900_000,
    requestToken: (transport, parameters, options) => transport.call(token, parameters, options),
  },
  {
    clientId: 'id',
    clientSecret: 'a secret of a test',
    baseUrl,
    allowLoopbackHttp: true,
    logLevel: 'off',
    axios: proxyFromEnv(),
    timeoutMs: LIMIT_MS,
    retry: { limit: isStormy ? 3 : 0, baseMs: 200, maxMs: 2_000 },
    // It would wait a minute after a 429 that says nothing.
    rateLimit: false,
  },
);

const send = ({ id, kind, bytes, attemptMs, limitMs, abortMs }: Job): Promise<unknown> => {
  const signal = abortMs === undefined ? undefined : AbortSignal.timeout(abortMs);
  const attemptTimeoutMs = isStormy ? attemptMs : undefined;
  const options = { attemptTimeoutMs, timeoutMs: limitMs, signal };
  const body = { id, filling: 'x'.repeat(bytes) };
  if (kind === 'plain')
    return client.request({ method: 'POST', path: `/plain/${id}`, body }, options);
  const retry = kind === 'once' ? { writes: false } : undefined;
  return client.call(OPERATIONS[kind], { id, body }, { ...options, retry });
};

const jobs = jobsOf(seed, lane, writes);
const told: Told[] = [];
const underWay = new Map<string, Told>();
let next = 0;

const work = async (job: Job): Promise<void> => {
  const { id, kind } = job;
  const begun = { id, kind, startedAt: Date.now() };
  underWay.set(id, begun);
  const result = await send(job).then(
    (value) => ({ result: 'value', about: (value as { id?: unknown } | undefined)?.id }) as const,
    fieldsOf,
  );
  underWay.delete(id);
  told.push({ ...begun, endedAt: Date.now(), ...result });
};

const fieldsOf = (error: unknown): Partial<Told> => {
  if (error instanceof DOMException) return { result: 'aborted' };
  const { name, message } = error as Error;
  if (!(error instanceof SdkError)) return { result: 'foreign', name, message };
  const { outcome, retryable, attempts, status, hint } = error;
  const code = error instanceof ConnectionError ? error.code : undefined;
  return { result: 'sdk-error', name, message, outcome, retryable, attempts, status, hint, code };
};

const standStill = (isOver: () => boolean): void => {
  tell({ standsStill: true });
  while (!isOver());
};

const workUntil = async (end: number): Promise<void> => {
  for (let job = jobs[next]; job && next < end; job = jobs[next]) {
    next += 1;
    await work(job);
    if (next < end) await sleep(job.pauseMs);
  }
};

process.on('message', (command: ClientCommand) => {
  if (command.do === 'stand-still') {
    const until = Date.now() + command.ms;
    return standStill(() => Date.now() > until);
  }
  if (command.do === 'calls') {
    const { atOnce, count, until } = command;
    if (until !== undefined) standStill(() => existsSync(until));
    const end = next + count;
    const workers = Array.from({ length: atOnce }, () => workUntil(end));
    void Promise.all(workers).then(() => tell({ left: jobs.length - next }));
    return;
  }
  const lines = [...told, ...underWay.values()].map((one) => `${JSON.stringify(one)}\n`);
  writeFileSync(join(folder, 'client.jsonl'), lines.join(''));
  process.exit(0);
});
tell({ left: jobs.length });
