import assert from 'node:assert/strict';
import { ConnectionError, RateLimitError } from '@criteo-sdk/retailmedia';
import axios from 'axios';
import {
  type Case,
  call,
  connect,
  failure,
  type Options,
  REFRESH,
  seen,
  status,
  type TestClient,
  times,
  write,
} from '../bench.ts';
import { startHeldApi, until } from '../held-api.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { json } from '../misbehave.ts';
import { listen, read, stop } from '../server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_S = '86400';

/** What answers, or their absence, do to the calls that come after. */
export const RATE_LIMITER: readonly Case[] = [
  {
    id: 'F160',
    what: '200 with a budget that is used up until the year 5138, or other figures that cannot be true: the next call goes at once',
    run: async (bench) => {
      for (const headers of [
        used(FOREVER),
        used('9'.repeat(400)),
        used(inSeconds(30), { 'x-ratelimit-limit': '0' }),
        used(inSeconds(30), { date: new Date(0).toUTCString() }),
      ]) {
        await bench.script({ api: [status(200, headers)] });
        const client = connect(bench, { rateLimit: { maxQueueMs: 0 } });
        await call(client);
        await call(client);
      }
      await seen(bench, { api: 8 });
    },
  },
  {
    id: 'F161',
    what: '429 with such figures: they are absent from the error, and the next call goes 240 ms later',
    run: async (bench) => {
      const far = '9'.repeat(400);
      for (const headers of [
        used(FOREVER, { 'retry-after': far }),
        used(far, {
          'retry-after-ms': far,
          'x-ratelimit-limit': far,
          'x-ratelimit-remaining': far,
        }),
        used('-1', {
          'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT',
          'x-ratelimit-remaining': '251',
        }),
        { 'retry-after': '1767225600000', 'x-ratelimit-reset': '253402300800' },
      ]) {
        await bench.script({ api: [status(429, headers)] });
        const client = connect(bench, { retry: { limit: 0 }, rateLimit: { maxQueueMs: 5_000 } });
        const error = await failure(call(client));
        assert.ok(error instanceof RateLimitError);
        assert.deepEqual([error.resetAt, error.retryAfterMs], [undefined, undefined]);
        assert.ok((error.remaining ?? 0) <= (error.limit ?? 250), `${error.remaining} remain`);
        await call(client);
      }
      await seen(bench, { api: 8 });
    },
  },
  {
    id: 'F162',
    what: '429 for a day: an error at once that says so; 15 minutes later one call goes, and the others when one is not refused',
    run: () => probing(429, { 'retry-after': DAY_S }, 15 * MINUTE_MS),
  },
  {
    id: 'F163',
    what: 'a budget that is used up for two hours, said by a 200 or a 429: a minute later one call goes, and the others when one is not refused',
    run: async () => {
      await probing(200, used(inSeconds(7_200)), MINUTE_MS);
      await probing(429, used(inSeconds(7_200)), MINUTE_MS);
    },
  },
  {
    id: 'F164',
    what: '200 calls at once on a cold client: 64 are under way until the first answer, 40 reports, 10 calls with a consent, and no more than the limit of your own',
    run: async () => {
      // Its connections have no limit: it is the gate that holds the calls back.
      const instance = { axios: axios.create() };
      const own = { limits: { default: { limit: 5, windowMs: 100 } } };
      await cold(64, instance);
      await cold(40, instance, report);
      await cold(10, { ...instance, grant: REFRESH });
      await cold(10, { ...instance, grant: REFRESH }, report);
      await cold(5, { ...instance, rateLimit: own });
      await cold(64, instance, call, used(inSeconds(30), { 'x-ratelimit-remaining': '240' }));
    },
  },
  {
    id: 'F165',
    what: 'a cold client whose calls get no answer: it stays cold, and others take their places',
    run: async () => {
      const api = await startHeldApi();
      const client = connect(api, { axios: axios.create(), retry: { limit: 0 } });
      const calls = Promise.allSettled(times(100, client).map((one) => report(one)));
      await api.holds(40);
      api.reset(30);
      await api.holds(40);
      api.answer(1);
      await api.holds(69);
      api.answer(69);
      const failed = (await calls).filter((end) => end.status === 'rejected');
      await api.close();
      assert.equal(failed.length, 30);
      assert.equal(api.seen(), 100);
    },
  },
  {
    id: 'F166',
    what: '400 calls at once, of which a window takes 250, each with less time than the window: none fails, whether the client paces them or not',
    alone: true,
    run: async () => {
      const [paced, unpaced] = await Promise.all([crowd(undefined), crowd(false)]);
      assert.deepEqual(paced, { failed: 0, done: 400, refused: 0 });
      const { refused, ...rest } = unpaced;
      assert.deepEqual(rest, { failed: 0, done: 400 });
      assert.ok(refused > 0);
    },
  },
  {
    id: 'F167',
    what: 'calls that get no answer: their places in the window are free again, in that of your own limit and in the one that an answer told',
    run: async (bench) => {
      const lost = { kind: 'reset' } as const;
      const own = { maxQueueMs: 0, limits: { default: { limit: 2, windowMs: HOUR_MS } } };
      await bench.script({ api: [lost, lost] });
      await losing(connect(bench, { rateLimit: own }));
      const told = used(inSeconds(30), { 'x-ratelimit-remaining': '2' });
      await bench.script({ api: [status(200, told), lost, lost] });
      const client = connect(bench, { rateLimit: { maxQueueMs: 0 } });
      await write(client);
      await losing(client);
      await seen(bench, { api: 4 + 5 });
    },
  },
  {
    id: 'F168',
    what: 'a limit of one call that a single answer told, and no other: forgotten after two windows',
    run: async () => {
      const api = await startHeldApi();
      const clock = leapingClock();
      const queue = watchedQueue();
      const client = connect(api, { observe: queue.observe, clock });
      const first = call(client);
      await api.holds(1);
      api.answer(1, 200, used(inSeconds(30), { 'x-ratelimit-limit': '1' }));
      await first;
      const [second, ...others] = times(20, client).map((one) => call(one));
      await queue.holds(20);
      clock.leap(MINUTE_MS);
      await api.holds(1);
      api.answer(1);
      await second;
      clock.leap(MINUTE_MS);
      await api.holds(19);
      api.answer(19);
      await Promise.all(others);
      await api.close();
    },
  },
];

/** The second in which the year 5138 has begun. */
const FOREVER = '99999999999';

const inSeconds = (seconds: number): string => String(Math.floor(Date.now() / 1_000) + seconds);

/** Headers of a window with nothing left. */
const used = (reset: string, more: Record<string, string> = {}): Record<string, string> => ({
  'x-ratelimit-limit': '250',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': reset,
  ...more,
});

const report = (client: TestClient): Promise<unknown> =>
  client.call({ id: 'getReport', method: 'GET', path: '/report', rateClass: 'reporting' } as const);

/** An answer closes the class for so long at most; then calls go one at a time until one is not refused. */
const probing = async (
  code: number,
  headers: Record<string, string>,
  closedMs: number,
): Promise<void> => {
  const api = await startHeldApi();
  const clock = leapingClock();
  const queue = watchedQueue();
  const client = connect(api, {
    observe: queue.observe,
    clock,
    rateLimit: { maxQueueMs: HOUR_MS },
  });
  const first = call(client);
  await api.holds(1);
  api.answer(1, code, headers);
  if (code === 429) assert.ok(isForLong(await failure(first)));
  else await first;
  const calls = times(5, client).map((one) => call(one));
  await queue.holds(5);
  await onlyAfter(
    closedMs,
    clock,
    () => api.holds(1),
    () => api.holds(0),
  );
  api.answer(1, 429, { 'retry-after': DAY_S });
  assert.ok(isForLong(await failure(calls[0] as Promise<unknown>)));
  await onlyAfter(
    15 * MINUTE_MS,
    clock,
    () => api.holds(1),
    () => api.holds(0),
  );
  api.answer(1);
  await api.holds(3);
  api.answer(3);
  await Promise.all(calls.slice(1));
  await api.close();
  assert.equal(api.seen(), 6);
};

/** Tells how many calls have had to wait for their rate limit. */
const watchedQueue = (): Pick<Options, 'observe'> & { holds(count: number): Promise<void> } => {
  let waits = 0;
  return {
    observe: ({ type }) => {
      waits += type === 'waiting' ? 1 : 0;
    },
    holds: (count) => until(() => waits === count),
  };
};

const isForLong = (error: unknown): boolean =>
  error instanceof RateLimitError && (error.retryAfterMs ?? 0) > 7_000_000 && error.attempts === 1;

/** What the case takes itself does not count as passed over. */
const SLACK_MS = 10_000;

const onlyAfter = async (
  ms: number,
  clock: LeapingClock,
  then: () => Promise<void>,
  before: () => Promise<void>,
): Promise<void> => {
  clock.leap(ms - SLACK_MS);
  await before();
  clock.leap(SLACK_MS);
  await then();
};

/** 200 calls at once: so many are under way until the first answer, which lets the others go. */
const cold = async (
  most: number,
  options: Options,
  make: (client: TestClient) => Promise<unknown> = call,
  headers: Record<string, string> = {},
): Promise<void> => {
  const api = await startHeldApi();
  const calls = times(200, connect(api, options)).map((one) => make(one));
  await api.holds(most);
  api.answer(1, 200, headers);
  // The limit of one's own goes on.
  if (options.rateLimit === undefined) await api.holds(199);
  const answering = setInterval(() => api.answer(199), 5);
  await Promise.all(calls);
  clearInterval(answering);
  await api.close();
  assert.equal(api.seen(), 200);
};

/** Two calls that get no answer, then two that do; there is no place for a fifth. */
const losing = async (client: TestClient): Promise<void> => {
  for (let lost = 0; lost < 2; lost += 1)
    assert.ok((await failure(write(client))) instanceof ConnectionError);
  for (let done = 0; done < 2; done += 1) await write(client);
  assert.ok((await failure(write(client))) instanceof RateLimitError);
};

const WINDOW_MS = 6_000;
const LIMIT = 250;

/** 400 calls, none of which has the time that a window takes; and what their server did. */
const crowd = async (
  rateLimit: Options['rateLimit'],
): Promise<{ failed: number; done: number; refused: number }> => {
  const counts = { done: 0, refused: 0 };
  let window = { endsAt: 0, used: 0 };
  const { url, server } = await listen(async (request, response) => {
    await read(request);
    if (request.url === '/oauth2/token')
      return json(response, 200, { access_token: 'token', token_type: 'Bearer', expires_in: 900 });
    const now = Date.now();
    if (now >= window.endsAt)
      window = { endsAt: Math.ceil((now + WINDOW_MS) / 1_000) * 1_000, used: 0 };
    const isRefused = window.used >= LIMIT;
    if (!isRefused) window.used += 1;
    counts[isRefused ? 'refused' : 'done'] += 1;
    json(
      response,
      isRefused ? 429 : 200,
      { data: {} },
      {
        'x-ratelimit-limit': String(LIMIT),
        'x-ratelimit-remaining': String(LIMIT - window.used),
        'x-ratelimit-reset': String(window.endsAt / 1_000),
      },
    );
  });
  const client = connect({ url }, { rateLimit, timeoutMs: WINDOW_MS - 1_000 });
  const ends = await Promise.allSettled(times(400, client).map((one) => call(one)));
  await stop(server);
  return { failed: ends.filter((end) => end.status === 'rejected').length, ...counts };
};
