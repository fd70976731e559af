import assert from 'node:assert/strict';
import type { Client, ClientOptions, Grant } from '@criteo-sdk/core';
import {
  type CallOptions,
  type Clock,
  SdkError,
  type SdkEvent,
  systemClock,
  type TokenRecord,
  type TokenStore,
} from '@criteo-sdk/retailmedia';
import { createClient, type Groups } from '@criteo-sdk/retailmedia/2022-10';
import type { Fault } from './misbehave.ts';
import type { Counts, Script } from './server.ts';

/** One fault, and what must be seen. It throws if it is not; a text that it gives is printed. */
export interface Case {
  readonly id: string;
  readonly what: string;
  /** It measures, or changes what the whole process sees: no other case runs meanwhile. */
  readonly alone?: true;
  /** It looks at the whole run: all others have ended. */
  readonly last?: true;
  run(bench: Bench): Promise<unknown>;
}

/** The server that one case has to itself. */
export interface Bench {
  readonly url: string;
  /** Runs that take long, such as a minute of load. */
  readonly isLong: boolean;
  script(script: Script): Promise<void>;
  counts(): Promise<Counts>;
  /** From now on no token that was given counts. */
  revoke(): Promise<void>;
}

export const SECRET = 'canary+secret/1==';
export const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'refresh-0' };

export type TestClient = Client<Groups>;
export type Options = Partial<ClientOptions<Grant>>;

export const connect = ({ url }: Pick<Bench, 'url'>, options: Options = {}): TestClient =>
  createClient({
    clientId: 'id',
    clientSecret: SECRET,
    baseUrl: url,
    allowLoopbackHttp: true,
    logLevel: 'off',
    ...options,
  });

export const call = (client: TestClient, options: CallOptions = {}): Promise<unknown> =>
  client.gateway.getCurrentApplication({}, options);

/** A write that no document marks as safe to repeat. */
export const write = (
  client: TestClient,
  options: CallOptions = {},
  name = 'thing',
): Promise<unknown> => client.request({ method: 'POST', path: '/things', body: { name } }, options);

/** A write that its document marks as safe to repeat. */
export const safeWrite = (client: TestClient, options: CallOptions = {}): Promise<unknown> =>
  client.call(SAFE_WRITE, {}, options);

const SAFE_WRITE = {
  id: 'startThings',
  method: 'POST',
  path: '/things/start',
  safeToRetry: true,
} as const;

export const failure = async (work: Promise<unknown>): Promise<SdkError> => {
  const error = await work.then(
    () => assert.fail('the call should fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SdkError, `not an error of ours: ${String(error)}`);
  return error;
};

/** An answer with this status and an empty object. */
export const status = (
  code: number,
  headers: Record<string, string | readonly string[]> = {},
): Fault => ({
  kind: 'status',
  status: code,
  headers,
});

/** Makes one call with these faults, and gives its error. */
export const failing = async (
  bench: Bench,
  script: Script,
  options: Options = {},
): Promise<SdkError> => {
  await bench.script(script);
  const client = connect(bench, options);
  try {
    return await failure(call(client));
  } finally {
    client.close();
  }
};

/** Makes one call with these faults, which succeeds, and gives what its client told. */
export const succeeding = async (
  bench: Bench,
  script: Script,
  options: Options = {},
): Promise<SdkEvent[]> => {
  const events: SdkEvent[] = [];
  await bench.script(script);
  const client = connect(bench, { observe: (event) => events.push(event), ...options });
  await call(client);
  client.close();
  return events;
};

/** Asserts how many requests the server has seen. */
export const seen = async (
  bench: Bench,
  expected: { readonly token?: number; readonly api?: number },
  note = '',
): Promise<void> => {
  const { api, token } = await bench.counts();
  if (expected.token !== undefined)
    assert.equal(token.length, expected.token, `token calls ${note}`);
  if (expected.api !== undefined) assert.equal(api.length, expected.api, `API calls ${note}`);
};

/** Milliseconds between requests, as the server saw them. */
export const gaps = (requests: readonly { readonly at: number }[]): number[] =>
  requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? at));

// What a busy machine adds to a wait; timers may also fire a millisecond early.
const LATE_MS = 1_000;

/** Asserts that a wait was as long as it should be. */
export const waited = (ms: number | undefined, from: number, to: number, note = ''): void =>
  assert.ok(
    ms !== undefined && ms >= from - 2 && ms <= to + LATE_MS,
    `${note} waited ${ms} ms, not ${from} to ${to}`,
  );

const MAYBE = /may have been processed/;

/** Asserts what the error says became of a write: only if nobody knows, it may have been processed. */
export const became = (
  { message, outcome, retryable }: SdkError,
  expected: { readonly outcome: SdkError['outcome']; readonly retryable?: boolean },
  note = '',
): void => {
  assert.equal(outcome, expected.outcome, `${note} ${message}`);
  assert.equal(MAYBE.test(message), outcome === 'unknown', `${note} ${message}`);
  assert.equal(retryable, expected.retryable ?? false, `${note} ${message}`);
};

export const times = <T>(count: number, value: T): T[] =>
  Array.from({ length: count }, () => value);

/** The machine's clock, and how long it was asked to wait: that is exact, however busy the machine is. */
export const listeningClock = (): Clock & { readonly asked: number[]; pauses(): number[] } => {
  const asked: number[] = [];
  return {
    ...systemClock,
    after: (ms, task) => {
      asked.push(ms);
      return systemClock.after(ms, task);
    },
    asked,
    // Time limits are longer.
    pauses: () => asked.filter((ms) => ms < 5_000),
  };
};

/** The machine's clock, of which a case may move the wall clock alone. */
export const movableClock = (): Clock & { jump(ms: number): void } => {
  let movedMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + movedMs,
    jump: (ms) => {
      movedMs += ms;
    },
  };
};

/** A token for 15 minutes. */
export const recordOf = (obtainedAt: number): TokenRecord => ({
  value: 'stored',
  refreshToken: undefined,
  obtainedAt,
  expiresAt: obtainedAt + 900_000,
});

/** Puts a record into a store under the key that a client of this bench uses. */
export const keyOf = async (
  { url }: Bench,
  store: TokenStore,
  record: TokenRecord,
  { kind, subject }: { readonly kind: string; readonly subject: string } = USER,
): Promise<string> => {
  const key = [url, 'id', kind, subject].map(encodeURIComponent).join(' ');
  assert.ok(await store.save(key, record, { expectedVersion: undefined, ttlMs: undefined }));
  return key;
};

const USER = { kind: 'user', subject: 'user' };
