import { setTimeout as sleep } from 'node:timers/promises';
import { listen, read, stop } from '../faults/server.ts';

/*
 * A hundred calls a second for eight seconds against a token endpoint that fails, or an operation that answers 401 whatever
 * token it gets: how many token requests does that make?
 */

/** What a client is made with. */
export interface Connection {
  readonly url: string;
  readonly clientSecret: string;
  readonly isUsers: boolean;
  /** Each call is made with a client of its own, made by `forSubject`. */
  readonly isEach: boolean;
}

/** A client under test: one call of an operation, which succeeds or throws. */
export interface Caller {
  call(path: string): Promise<unknown>;
  close(): void;
}

export type Connect = (connection: Connection) => Caller;

export interface Scenario {
  readonly name: string;
  /** Token requests, at most. */
  readonly most: number;
  readonly isUsers?: boolean;
  readonly isEach?: boolean;
  /** Operations that are called in turn. */
  readonly paths: readonly string[];
  /** What the token endpoint answers to its request of this number, counted from 1. */
  readonly token: (number: number) => Answer;
  /** Operations that answer 401 always. */
  readonly refused?: readonly string[];
  /** Does the API refuse its request of this number, whatever it is? */
  readonly refuses?: (number: number) => boolean;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

export interface Counts {
  readonly tokenRequests: number;
  readonly calls: number;
  /** Calls by path that came to a good end. */
  readonly good: Readonly<Record<string, number>>;
}

const GOOD = '/good';
const REFUSED = '/refused';

const failing = (answer: Answer): Pick<Scenario, 'paths' | 'token'> => ({
  paths: [GOOD],
  token: () => answer,
});

const TOO_MANY = failing({ status: 429, headers: { 'retry-after': '30' }, body: {} });
const SOON = failing({ status: 429, headers: { 'retry-after': '5' }, body: {} });
const NOT_NOW = failing({ status: 503, headers: { 'retry-after': '30' }, body: {} });
const WRONG_PAIR = failing({ status: 401, body: { error: 'invalid_client' } });
const BROKEN = failing({ status: 500, body: {} });

const EACH = { isUsers: true, isEach: true };
const MANY_REFUSED = Array.from({ length: 1_000 }, (_, index) => `${REFUSED}/${index}`);

const token = (value: string): Answer => ({
  status: 200,
  body: { access_token: value, token_type: 'Bearer', expires_in: 900, refresh_token: 'refresh' },
});

export const SCENARIOS: readonly Scenario[] = [
  { name: '429 with Retry-After: 30', most: 1, ...TOO_MANY },
  { name: '429 with Retry-After: 5, longer than a call waits', most: 2, ...SOON },
  { name: '503 with Retry-After: 30', most: 1, ...NOT_NOW },
  { name: 'a wrong secret', most: 4, ...WRONG_PAIR },
  { name: '500', most: 12, ...BROKEN },
  { name: "429 with Retry-After: 30, a user's token", most: 1, isUsers: true, ...TOO_MANY },
  { name: "a wrong secret, a user's token", most: 4, isUsers: true, ...WRONG_PAIR },
  { name: "500, a user's token", most: 12, isUsers: true, ...BROKEN },
  { name: '429 with Retry-After: 30, a client for each call', most: 1, ...EACH, ...TOO_MANY },
  { name: 'a wrong secret, a client for each call', most: 4, ...EACH, ...WRONG_PAIR },
  { name: '500, a client for each call', most: 12, ...EACH, ...BROKEN },
  {
    name: 'one of two operations always answers 401, a client for each call',
    most: 2,
    ...EACH,
    paths: [REFUSED, GOOD],
    refused: [REFUSED],
    token: (number) => token(`token-${number}`),
  },
  {
    name: 'an operation answers 401 and 200 in turn',
    most: 6,
    paths: [GOOD],
    refuses: (number) => number % 2 === 1,
    token: (number) => token(`token-${number}`),
  },
  {
    name: 'a thousand operations that answer 401, between good ones',
    most: 6,
    paths: MANY_REFUSED.flatMap((path) => [path, GOOD]),
    refused: MANY_REFUSED,
    token: (number) => token(`token-${number}`),
  },
  {
    name: 'one of two operations always answers 401',
    most: 2,
    paths: [REFUSED, GOOD],
    refused: [REFUSED],
    token: (number) => token(`token-${number}`),
  },
  {
    name: 'every operation always answers 401',
    most: 2,
    paths: [REFUSED, '/also-refused', '/refused-too'],
    refused: [REFUSED, '/also-refused', '/refused-too'],
    token: (number) => token(`token-${number}`),
  },
  {
    name: 'one of two operations always answers 401, and the same token comes again',
    most: 2,
    paths: [REFUSED, GOOD],
    refused: [REFUSED],
    token: () => token('token'),
  },
];

export const SECONDS = 8;
const CALLS_A_SECOND = 100;

/** Runs a scenario; calls are not waited for before the next ones start. */
export const hammer = async (
  { isUsers = false, isEach = false, paths, refused = [], refuses, token: answerOf }: Scenario,
  connect: Connect,
  seconds = SECONDS,
): Promise<Counts> => {
  let tokenRequests = 0;
  let apiRequests = 0;
  const { server, url } = await listen(async (request, response) => {
    await read(request);
    const isToken = request.url === '/oauth2/token';
    tokenRequests += Number(isToken);
    apiRequests += Number(!isToken);
    const isRefused = refused.includes(request.url ?? '') || refuses?.(apiRequests);
    const { status, headers, body }: Answer = isToken
      ? answerOf(tokenRequests)
      : { status: isRefused ? 401 : 200, body: {} };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  });
  const client = connect({ url, clientSecret: 'a secret of the hammer', isUsers, isEach });
  const good: Record<string, number> = {};
  const calls: Promise<void>[] = [];
  const endsAt = performance.now() + seconds * 1_000;
  while (performance.now() < endsAt) {
    const path = paths[calls.length % paths.length] ?? GOOD;
    const count = (): void => {
      good[path] = (good[path] ?? 0) + 1;
    };
    calls.push(client.call(path).then(count, () => {}));
    await sleep(1_000 / CALLS_A_SECOND);
  }
  // Who still waits may ask again: that is after the time that counts.
  const counted = { tokenRequests, calls: calls.length, good: { ...good } };
  await Promise.all(calls);
  client.close();
  await stop(server);
  return counted;
};
