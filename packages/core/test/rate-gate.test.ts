import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, RateLimitError } from '../src/errors.js';
import { type RateGate, type RateLimitOptions, rateGateOf } from '../src/rate-gate.js';
import type { RateAnswer } from '../src/rate-window.js';
import { fails } from './api.js';
import { manualClock } from './manual-clock.js';
import { enterers, entry, simulatedApi } from './rate-world.js';

const setUp = (options: RateLimitOptions = {}) => {
  const clock = manualClock();
  const gate = rateGateOf(options, clock);
  return { clock, gate, ...enterers(gate) };
};

const WINDOW_1 = 1_000_000;

/** An answer of the window that ends at `resetAt`, `resetInMs` before its end. */
const told = (
  remaining: number,
  resetInMs = 60_000,
  resetAt = WINDOW_1,
  more: Partial<RateAnswer> = {},
): RateAnswer => ({ isRefused: false, limit: 10, remaining, resetAt, resetInMs, ...more });

const refused = (more: Partial<RateAnswer> = {}): RateAnswer => ({ isRefused: true, ...more });

/** Lets one call in, so that its answer can be told. */
const learnFirst = async (gate: RateGate, answer: RateAnswer): Promise<void> => {
  await gate.enter('default', entry());
  gate.learn('default', answer);
};

describe('the rate gate', () => {
  it('is open as long as no answer tells of a budget', async () => {
    const { clock, gate, admitted, enter } = setUp();
    enter(5_000);
    await clock.advance(0);
    for (let answer = 0; answer < 5_000; answer += 1) gate.learn('default', { isRefused: false });
    enter(1);
    await clock.advance(0);
    expect(admitted).toHaveLength(5_001);
  });

  it('lets in what remains, and the next window at its reset, in the order of the calls', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(3));
    enter(25);
    await clock.advance(59_999);
    expect(admitted).toEqual([0, 1, 2]);
    for (const left of [2, 1, 0]) gate.learn('default', told(left, 1));
    await clock.advance(1);
    expect(admitted).toEqual(Array.from({ length: 13 }, (_, number) => number));
  });

  it('lets nobody overtake those who wait', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0));
    enter(1);
    await clock.advance(60_000);
    enter(1);
    await clock.advance(0);
    expect(admitted).toEqual([0, 1]);
  });

  it('lets nobody overtake those who wait for a timer that is late', async () => {
    const clock = manualClock();
    let lateMs = 0;
    const gate = rateGateOf({}, { ...clock, monotonic: () => clock.monotonic() + lateMs });
    const { admitted, enter } = enterers(gate);
    await learnFirst(gate, told(0, 1_000));
    enter(1);
    await clock.advance(0);
    lateMs = 1_000;
    enter(1);
    await clock.advance(0);
    expect(admitted).toEqual([0, 1]);
  });

  it('does not close a window for an answer of the one before', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(1));
    enter(1);
    await clock.advance(60_000);
    gate.learn('default', told(0, 0));
    enter(20);
    await clock.advance(0);
    // Ten, but for the late answer's: nobody knows which window it was counted in.
    expect(admitted).toHaveLength(1 + 9);
  });

  it('takes the least that remains where answers overtake each other', async () => {
    const { clock, gate, admitted, enter } = setUp();
    enter(4);
    await clock.advance(0);
    // The last that the server counted comes first: the three others may be counted or not.
    gate.learn('default', told(5));
    enter(4);
    await clock.advance(0);
    expect(admitted).toHaveLength(4 + 2);
    // Now they show that they were counted before it, which gives room for as many.
    for (const left of [8, 7, 6]) gate.learn('default', told(left));
    await clock.advance(0);
    expect(admitted).toHaveLength(4 + 4);
    enter(2);
    await clock.advance(0);
    expect(admitted).toHaveLength(4 + 5);
  });

  it('begins a window with its limit less the calls in flight', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(6));
    enter(6);
    await clock.advance(60_000);
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(6 + 4);
  });

  it('forgets a window when an answer tells of a later one, and never goes back', async () => {
    const { clock, gate, admitted, enter } = setUp();
    enter(3);
    await clock.advance(0);
    gate.learn('default', told(0));
    gate.learn('default', told(8, 60_000, WINDOW_1 + 60_000));
    gate.learn('default', told(0));
    enter(20);
    await clock.advance(0);
    // Eight, but for the late answer's: nobody knows which window it was counted in.
    expect(admitted).toHaveLength(3 + 7);
  });

  it('counts a call whose answer tells nothing, or never came', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(4));
    enter(2);
    await clock.advance(0);
    gate.learn('default', undefined);
    gate.learn('default', { isRefused: false });
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(4);
  });

  it('takes the earliest of the moments that answers of one window give for its end', async () => {
    const { clock, gate, admitted, enter } = setUp();
    enter(2);
    await clock.advance(0);
    gate.learn('default', told(0, 10_000));
    gate.learn('default', told(0, 9_001));
    enter(1);
    await clock.advance(9_000);
    expect(admitted).toHaveLength(2);
    await clock.advance(1);
    expect(admitted).toHaveLength(3);
  });

  it('keeps classes apart', async () => {
    const { clock, gate, admitted, enter } = setUp();
    const reports = enterers(gate, 'reporting');
    await learnFirst(gate, told(0));
    enter(1);
    reports.enter(3);
    await clock.advance(0);
    expect(admitted).toEqual([]);
    expect(reports.admitted).toEqual([0, 1, 2]);
  });
});

describe('a 429', () => {
  it('closes the class until its reset', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(
      gate,
      refused({ limit: 10, remaining: 5, resetAt: WINDOW_1, resetInMs: 7_000 }),
    );
    enter(11);
    await clock.advance(6_999);
    expect(admitted).toHaveLength(0);
    await clock.advance(1);
    expect(admitted).toHaveLength(10);
  });

  it('closes the class as long as it asks, then lets in the known figure', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, refused({ retryAfterMs: 20_000 }));
    enter(300);
    await clock.advance(19_999);
    expect(admitted).toHaveLength(0);
    await clock.advance(1);
    expect(admitted).toHaveLength(250);
  });

  it('closes longer than the window where it asks for more', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0, 5_000, WINDOW_1, { isRefused: true, retryAfterMs: 9_000 }));
    enter(1);
    await clock.advance(8_999);
    expect(admitted).toHaveLength(0);
    await clock.advance(1);
    expect(admitted).toHaveLength(1);
  });

  it.each([
    ['default', 60_000 / 250, false],
    ['reporting', 60_000 / 40, false],
    ['default', 60_000 / 10, true],
    ['reporting', 60_000 / 10, true],
  ])(
    'without headers lets %s calls in one by one, every %d ms, for a minute (with a consent: %s)',
    async (rateClass, paceMs, isUsers) => {
      const { clock } = setUp();
      const gate = rateGateOf({}, clock, isUsers);
      const { admitted, enter } = enterers(gate, rateClass);
      await gate.enter(rateClass, entry());
      gate.learn(rateClass, refused());
      enter(100);
      for (let call = 0; call < 3; call += 1) {
        await clock.advance(paceMs - 1);
        expect(admitted).toHaveLength(call);
        await clock.advance(1);
        expect(admitted).toHaveLength(call + 1);
        gate.learn(rateClass, { isRefused: false });
      }
      await clock.advance(60_000);
      expect(admitted).toHaveLength(100);
    },
  );
});

describe('a call in the queue', () => {
  it('leaves it with the reason of its signal, and the others move up', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0));
    const controller = new AbortController();
    const [first] = enter(1, { signal: controller.signal });
    enter(10);
    controller.abort(new Error('not any more'));
    await expect(first).rejects.toThrow('not any more');
    await clock.advance(60_000);
    expect(admitted).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(clock.pending()).toBe(0);
  });

  it('takes no place when its signal aborted before', async () => {
    const { gate, enter } = setUp({ limits: { default: { limit: 1, windowMs: 1_000 } } });
    await expect(enter(1, { signal: AbortSignal.abort(new Error('late')) })[0]).rejects.toThrow(
      'late',
    );
    await gate.enter('default', entry());
  });

  it('takes no place when whoever is told of the wait ends it', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0));
    const controller = new AbortController();
    const onWait = (): void => controller.abort(new Error('too long'));
    await expect(enter(1, { signal: controller.signal, onWait })[0]).rejects.toThrow('too long');
    enter(10);
    await clock.advance(60_000);
    expect(admitted).toHaveLength(10);
  });

  it('is told how long at least, and how many wait', async () => {
    const { gate, enter } = setUp();
    await learnFirst(gate, told(0, 4_000));
    const waits: unknown[] = [];
    enter(2, { onWait: (wait) => waits.push(wait) });
    await Promise.resolve();
    expect(waits).toEqual([
      { ms: 4_000, queued: 1 },
      { ms: 4_000, queued: 2 },
    ]);
  });

  it('is refused after maxQueueMs, in words that say so', async () => {
    const { clock, gate, enter } = setUp({ maxQueueMs: 5_000 });
    await learnFirst(gate, told(1, 4_000, WINDOW_1, { limit: 1 }));
    // It stays in flight, and takes the only place of the next window, too.
    enter(1);
    const failure = fails(enter(1, { attempts: 1 })[0] ?? Promise.resolve());
    await clock.advance(5_000);
    const error = await failure;
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({
      message:
        'getThing was not sent again: the rate limit of its class (default) left no room within 5000 ms.',
      attempts: 1,
      retryable: true,
      remaining: 0,
    });
    expect(clock.pending()).toBe(0);
  });

  it('is refused at once where it is known that there will be no room in time', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0, 1_000));
    const waiting = fails(enter(1)[0] ?? Promise.resolve());
    await clock.advance(0);
    gate.learn('default', refused({ retryAfterMs: 86_400_000 }));
    expect(await waiting).toBeInstanceOf(RateLimitError);
    const onWait = (): void => expect.unreachable('it does not wait');
    const error = await fails(enter(1, { onWait })[0] ?? Promise.resolve());
    expect(error).toMatchObject({
      name: 'RateLimitError',
      retryAfterMs: 86_400_000,
      resetAt: new Date(clock.now() + 86_400_000),
      limit: 10,
      attempts: 0,
    });
    expect(admitted).toEqual([]);
  });
});

describe('limits of your own', () => {
  it('pace from the first call', async () => {
    const { clock, gate, admitted, enter } = setUp({
      limits: { default: { limit: 2, windowMs: 1_000 } },
    });
    enter(5);
    await clock.advance(0);
    expect(admitted).toHaveLength(2);
    for (let answer = 0; answer < 2; answer += 1) gate.learn('default', { isRefused: false });
    await clock.advance(999);
    expect(admitted).toHaveLength(2);
    await clock.advance(1);
    expect(admitted).toHaveLength(4);
  });

  it('do not lift what an answer tells', async () => {
    const { clock, gate, admitted, enter } = setUp({
      limits: { default: { limit: 100, windowMs: 1_000 } },
    });
    await learnFirst(gate, told(1));
    enter(5);
    await clock.advance(59_999);
    expect(admitted).toHaveLength(1);
  });

  const MAX = "The option 'rateLimit.maxQueueMs' must be a number of milliseconds from 0 on.";
  const shape = (name: string): string =>
    `The option 'rateLimit.limits.${name}' must be like { limit: 100, windowMs: 60_000 }, both positive.`;

  it.each([
    [{ maxQueueMs: -1 }, MAX],
    [{ maxQueueMs: Number.NaN }, MAX],
    [{ limits: { default: { limit: 0, windowMs: 1 } } }, shape('default')],
    [{ limits: { reporting: { limit: 1, windowMs: 0 } } }, shape('reporting')],
  ])('are refused where they are no figures: %j', (options, message) => {
    expect(() => rateGateOf(options, manualClock())).toThrow(new ConfigError(message));
  });

  it('are named by the error of a call that finds no room', async () => {
    const { gate, enter } = setUp({
      limits: { default: { limit: 1, windowMs: 1_000 } },
      maxQueueMs: 1_000,
    });
    await gate.enter('default', entry());
    gate.learn('default', { isRefused: false });
    expect(await fails(enter(1)[0] ?? Promise.resolve())).toMatchObject({
      message:
        'getThing was not sent: the rate limit of its class (default) left no room within 1000 ms.',
      hint: 'Make fewer calls at once, or let them wait longer: rateLimit: { maxQueueMs }.',
      limit: 1,
      retryAfterMs: 1_000,
    });
  });
});

describe('the option rateLimit', () => {
  const isHeldBack = async (option: Parameters<typeof rateGateOf>[0]): Promise<boolean> => {
    const clock = manualClock();
    const gate = rateGateOf(option, clock);
    await learnFirst(gate, told(0));
    const { admitted, enter } = enterers(gate);
    for (const call of enter(1)) call.catch(() => {});
    await clock.advance(0);
    return admitted.length === 0;
  };

  it('is a gate by answers unless it is false', async () => {
    expect(await isHeldBack(undefined)).toBe(true);
    expect(await isHeldBack({})).toBe(true);
    expect(await isHeldBack(null as never)).toBe(true);
    expect(await isHeldBack(true as never)).toBe(true);
    expect(await isHeldBack(false)).toBe(false);
  });

  it('may be a gate of yours', () => {
    const gate: RateGate = { enter: async () => {}, learn: () => {} };
    expect(rateGateOf(gate, manualClock())).toBe(gate);
  });
});

describe('against a server with windows of its own', () => {
  const delays = fc.integer({ min: 0, max: 700 });

  it('sends no call too many once it knows the budget, however late and mixed the answers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: -7_000_000, max: 7_000_000 }),
        fc.array(fc.tuple(delays, delays, delays), { minLength: 10, maxLength: 60 }),
        async (limit, skewMs, calls) => {
          const clock = manualClock();
          const gate = rateGateOf({}, clock);
          const api = simulatedApi(clock, { limit, windowMs: 3_000 }, skewMs);
          const first = api.call(gate, 0, 0);
          await clock.advance(1);
          await first;
          const all: Promise<RateAnswer>[] = [];
          for (const [pauseMs, thereMs, backMs] of calls) {
            all.push(api.call(gate, thereMs, backMs));
            await clock.advance(pauseMs);
          }
          await clock.advance(900_000);
          await Promise.all(all);
          expect(api.refused()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('uses all of each window while calls wait', async () => {
    const clock = manualClock();
    const gate = rateGateOf({}, clock);
    const api = simulatedApi(clock, { limit: 250, windowMs: 60_000 }, 400);
    const first = api.call(gate, 0, 0);
    await clock.advance(1);
    await first;
    const all = Array.from({ length: 999 }, (_, call) =>
      api.call(gate, (call * 7) % 90, (call * 13) % 90),
    );
    await clock.advance(240_000);
    await Promise.all(all);
    expect(api.perWindow()).toEqual([250, 250, 250, 250]);
    expect(api.refused()).toBe(0);
  });
});
