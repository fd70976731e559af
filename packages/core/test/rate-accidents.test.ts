import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RateGate, rateGateOf } from '../src/rate-gate.js';
import { rateLimit } from '../src/rate-limit.js';
import { sleep } from '../src/time.js';
import { answer, requestOf } from './exchange.js';
import { hostileHeaders } from './hostile-headers.js';
import { type ManualClock, manualClock } from './manual-clock.js';

const { signal } = requestOf().call;

interface Exchange {
  readonly headers: Record<string, string>;
  readonly status: number;
  readonly isLost: boolean;
  readonly tookMs: number;
  /** Until the next one begins. */
  readonly pauseMs: number;
}

const exchanges = (clock: ManualClock): fc.Arbitrary<readonly Exchange[]> =>
  fc.array(
    fc.record({
      headers: hostileHeaders(clock.now()),
      status: fc.constantFrom(200, 204, 304, 400, 401, 408, 429, 429, 429, 500, 503),
      isLost: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0),
      tookMs: fc.integer({ min: 0, max: 90_000 }),
      pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 })),
    }),
    { minLength: 1, maxLength: 12 },
  );

/** How long a call waited while no other was under way, at most. */
const longestWait = async (
  gate: RateGate,
  clock: ManualClock,
  all: readonly Exchange[],
): Promise<number> => {
  const step = rateLimit(gate, () => {}, clock);
  let lastChange = clock.monotonic();
  let longest = 0;
  let inFlight = 0;
  const run = async ({ headers, status, isLost, tookMs }: Exchange): Promise<void> => {
    const enteredAt = clock.monotonic();
    const exchanged = step(requestOf(), async () => {
      const waitedMs = clock.monotonic() - Math.max(enteredAt, lastChange);
      if (inFlight === 0) longest = Math.max(longest, waitedMs);
      inFlight += 1;
      await sleep(clock, tookMs, signal);
      if (isLost) throw new Error('lost');
      return answer(status, headers);
    });
    await exchanged.catch(() => {});
    inFlight -= 1;
    lastChange = clock.monotonic();
  };
  let ended = 0;
  for (const exchange of all) {
    void run(exchange).then(() => {
      ended += 1;
    });
    await clock.advance(exchange.pauseMs);
  }
  await clock.advance((all.length + 1) * 1_000_000);
  expect(ended).toBe(all.length);
  return longest;
};

const isAsking = ([name]: readonly [string, string]): boolean => name.startsWith('retry-after');

describe('whatever answers say', () => {
  it.each([
    ['a call goes within 15 minutes', 900_000, (): boolean => true],
    [
      'but for a Retry-After, within a window',
      62_000,
      (entry: [string, string]) => !isAsking(entry),
    ],
  ])('%s', async (_what, mostMs, isKept) => {
    await fc.assert(
      fc.asyncProperty(exchanges(manualClock()), fc.boolean(), async (all, isUsers) => {
        const clock = manualClock();
        const gate = rateGateOf({ maxQueueMs: Number.POSITIVE_INFINITY }, clock, isUsers);
        const kept = all.map((exchange) => ({
          ...exchange,
          headers: Object.fromEntries(Object.entries(exchange.headers).filter(isKept)),
        }));
        expect(await longestWait(gate, clock, kept)).toBeLessThanOrEqual(mostMs);
      }),
      { numRuns: 300 },
    );
  });
});
