import assert from 'node:assert/strict';
import { TokenError } from '@criteo-sdk/retailmedia';
import {
  type Bench,
  type Case,
  failing,
  gaps,
  listeningClock,
  type Options,
  seen,
  succeeding,
  times,
  waited,
} from '../bench.ts';
import type { Fault } from '../misbehave.ts';

/** How long a client waits before it asks for a token again. */
export const TOKEN_WAITS: readonly Case[] = [
  {
    id: 'F01',
    what: '500 once: the call succeeds with the second token request, after 125 to 250 ms',
    run: async (bench) => {
      for (const random of [0, 0.999]) {
        const clock = listeningClock();
        const fault = { kind: 'status', status: 500 } as const;
        const gap = await gapAfter(bench, fault, { random: () => random, clock });
        assert.deepEqual(clock.pauses(), [125 + 125 * random]);
        waited(gap, 125 + 125 * random, 250);
      }
    },
  },
  {
    id: 'F02',
    what: '500 always: an error after three requests within 15 s, worth a retry; the API sees nothing',
    run: async (bench) => {
      const startedAt = performance.now();
      const error = await failing(bench, { token: times(9, { kind: 'status', status: 500 }) });
      assert.ok(error instanceof TokenError);
      assert.deepEqual([error.status, error.attempts, error.retryable], [500, 3, true]);
      assert.ok(performance.now() - startedAt < 15_000);
      await seen(bench, { token: 3, api: 0 });
    },
  },
  {
    id: 'F03',
    what: '429 with Retry-After: 1: the next token request comes a second later, not earlier',
    run: async (bench) => waited(await gapAfter(bench, tooMany('1')), 1_000, 1_100),
  },
  {
    id: 'F04',
    what: '429 until two seconds from now by a server clock an hour ahead: two seconds, not an hour',
    run: async (bench) => {
      const serverNow = Date.now() + 3_600_000;
      const date = new Date(serverNow).toUTCString();
      const until = new Date(serverNow + 2_000).toUTCString();
      waited(await gapAfter(bench, tooMany(until, { date })), 2_000, 2_200);
    },
  },
  {
    id: 'F05',
    what: '429 for a day: an error at once that says how long',
    run: async (bench) => {
      const startedAt = performance.now();
      const error = await failing(bench, { token: [tooMany('86400')] });
      assert.ok(performance.now() - startedAt < 1_000);
      assert.ok(error instanceof TokenError);
      assert.equal(error.retryAfterMs, 86_400_000);
      await seen(bench, { token: 1 });
    },
  },
  {
    id: 'F06',
    what: '429 with a senseless, negative or past Retry-After: our own pause, never none',
    run: async (bench) => {
      for (const text of ['soon', '-5', '', 'NaN', '0', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
        const clock = listeningClock();
        const gap = await gapAfter(bench, tooMany(text), { random: () => 0, clock });
        assert.deepEqual(clock.pauses(), [125], text);
        waited(gap, 125, 125, text);
      }
    },
  },
];

const tooMany = (retryAfter: string, headers: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: 429,
  headers: { 'retry-after': retryAfter, ...headers },
});

/** Milliseconds between a token request that meets this fault and the next, which succeeds. */
const gapAfter = async (
  bench: Bench,
  fault: Fault,
  options: Options = {},
): Promise<number | undefined> => {
  const before = (await bench.counts()).token.length;
  await succeeding(bench, { token: [fault] }, options);
  await seen(bench, { token: before + 2 });
  return gaps((await bench.counts()).token.slice(before))[0];
};
