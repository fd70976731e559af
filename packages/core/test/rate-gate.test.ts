import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, RateLimitError } from '../src/errors.js';
import { type RateGate, type RateLimitOptions, rateGateOf } from '../src/rate-gate.js';
import type { RateAnswer } from '../src/rate-window.js';
import { expectFields, fails } from './api.js';
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
  it('is open once an answer came, as long as none tells of a budget', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, { isRefused: false });
    enter(5_000);
    await clock.advance(0);
    expect(admitted).toHaveLength(5_000);
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
    await clock.advance(60_000);
    // Nine of the ten that this window has are still under way.
    expect(admitted).toHaveLength(1 + 9 + 1);
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

  it('counts a call whose answer tells nothing, and gives back the place of one without an answer', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(4));
    enter(3);
    await clock.advance(0);
    gate.learn('default', undefined);
    gate.learn('default', undefined);
    gate.learn('default', { isRefused: false });
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(3 + 3);
  });

  it('forgets a budget that one answer told, if those of the next window tell of none', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0, 1_000, WINDOW_1, { limit: 1 }));
    enter(9);
    await clock.advance(1_000);
    expect(admitted).toHaveLength(1);
    gate.learn('default', { isRefused: false });
    await clock.advance(59_999);
    expect(admitted).toHaveLength(1);
    await clock.advance(1);
    expect(admitted).toHaveLength(9);
  });

  it('keeps a budget as long as one answer of a window tells of it', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0, 1_000, WINDOW_1, { limit: 2 }));
    enter(9);
    await clock.advance(1_000);
    expect(admitted).toHaveLength(2);
    gate.learn('default', { isRefused: false });
    gate.learn('default', told(0, 1_000, WINDOW_1 + 1_000, { limit: 2 }));
    await clock.advance(1_000);
    expect(admitted).toHaveLength(4);
  });

  it('keeps a budget although an answer of its window does not tell of it', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(1));
    enter(1);
    await clock.advance(0);
    gate.learn('default', { isRefused: false });
    await clock.advance(60_000);
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(1 + 10);
  });

  it('keeps a budget while nobody calls', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0));
    await clock.advance(3_600_000);
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(10);
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

describe('before the first answer', () => {
  it.each([
    ['64 calls', 'default', false, 64],
    ['the 40 calls that reports have', 'reporting', false, 40],
    ["the 10 calls that a user's consent has", 'default', true, 10],
    ["the 10 reports that a user's consent has", 'reporting', true, 10],
  ])('at most %s are under way', async (_what, rateClass, isUsers, most) => {
    const clock = manualClock();
    const gate = rateGateOf({}, clock, isUsers);
    const { admitted, enter } = enterers(gate, rateClass);
    enter(most + 1);
    await clock.advance(60_000);
    expect(admitted).toHaveLength(most);
    // A call that got no answer tells nothing, but makes room.
    gate.learn(rateClass, undefined);
    enter(most);
    await clock.advance(60_000);
    expect(admitted).toHaveLength(most + 1);
    gate.learn(rateClass, { isRefused: false });
    await clock.advance(0);
    expect(admitted).toHaveLength(most + 1 + most);
  });

  it("no more are under way than the user's own limit", async () => {
    const { clock, admitted, enter } = setUp({
      limits: { default: { limit: 5, windowMs: 60_000 } },
    });
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(5);
  });

  it('a class waits for an answer of its own', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await gate.enter('reporting', entry());
    gate.learn('reporting', { isRefused: false });
    enter(100);
    await clock.advance(0);
    expect(admitted).toHaveLength(64);
  });

  it('calls are told that they wait, but not how long', async () => {
    const { clock, enter } = setUp();
    const waits: unknown[] = [];
    enter(66, { onWait: (wait) => waits.push(wait) });
    await clock.advance(0);
    expect(waits).toEqual([
      { ms: 0, queued: 1 },
      { ms: 0, queued: 2 },
    ]);
  });

  it('a call waits no longer than maxQueueMs, and its error says for what', async () => {
    const { clock, enter } = setUp({ maxQueueMs: 5_000 });
    const calls = enter(65);
    const failure = fails(calls[64] ?? Promise.resolve());
    await clock.advance(5_000);
    const error = await failure;
    expect(error).toBeInstanceOf(RateLimitError);
    expectFields(error, {
      message:
        'getThing was not sent: its class (default) waits for a first answer, and none came within 5000 ms.',
      retryable: true,
      limit: undefined,
      remaining: undefined,
      retryAfterMs: undefined,
      resetAt: undefined,
    });
    expect(clock.pending()).toBe(0);
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

  it('closes the class no longer than its reset, however near that is', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0, 100, WINDOW_1, { isRefused: true }));
    enter(1);
    await clock.advance(99);
    expect(admitted).toHaveLength(0);
    await clock.advance(1);
    expect(admitted).toHaveLength(1);
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

describe('an answer that asks for too long', () => {
  const HOURS = 7_200_000;
  const MINUTE = 60_000;
  const long = told(0, HOURS, WINDOW_1 + HOURS);

  it.each<[string, RateAnswer, number]>([
    ['a reset in two hours', long, MINUTE],
    ['a 429 with such a reset', { ...long, isRefused: true }, MINUTE],
    ['a 429 with such a reset alone', { isRefused: true, resetAt: 9, resetInMs: HOURS }, MINUTE],
    [
      'a 429 with such a reset, and a shorter wait',
      { ...long, isRefused: true, retryAfterMs: 5_000 },
      MINUTE,
    ],
    ['a reset that never comes', told(0, Number.POSITIVE_INFINITY), MINUTE],
    ['a 429 for a day', refused({ retryAfterMs: 86_400_000 }), 15 * MINUTE],
    ['a 429 for ever', refused({ retryAfterMs: Number.POSITIVE_INFINITY }), 15 * MINUTE],
    [
      'a 429 for a day, with a window',
      { ...told(0), isRefused: true, retryAfterMs: 86_400_000 },
      15 * MINUTE,
    ],
    [
      'a 429 for 15 minutes and a millisecond',
      refused({ retryAfterMs: 15 * MINUTE + 1 }),
      15 * MINUTE,
    ],
  ])(
    'closes the class for the longest time there is, then one call goes: %s',
    async (_what, answer, ms) => {
      const { clock, gate, admitted, enter } = setUp({ maxQueueMs: 10 * HOURS });
      await learnFirst(gate, answer);
      enter(200);
      await clock.advance(ms - 1);
      expect(admitted).toEqual([]);
      await clock.advance(1);
      expect(admitted).toEqual([0]);
      // It alone, for as long as it takes.
      await clock.advance(HOURS);
      expect(admitted).toEqual([0]);
      gate.learn('default', { isRefused: false });
      await clock.advance(0);
      expect(admitted.length).toBeGreaterThanOrEqual(10);
    },
  );

  it.each([
    ['a reset as far away as a window may be', told(0, 62_000), 62_000],
    ['a 429 for 15 minutes', refused({ retryAfterMs: 900_000 }), 900_000],
  ])('is none that asks for as long as there is: %s', async (_what, answer, ms) => {
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: HOURS });
    await learnFirst(gate, answer);
    enter(5);
    await clock.advance(ms - 1);
    expect(admitted).toEqual([]);
    await clock.advance(1);
    expect(admitted).toHaveLength(5);
  });

  it('lets one call at a time find out, until one is not refused', async () => {
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: HOURS });
    await learnFirst(gate, refused({ retryAfterMs: 86_400_000 }));
    enter(9);
    await clock.advance(15 * MINUTE);
    expect(admitted).toHaveLength(1);
    // Lost: the next one goes.
    gate.learn('default', undefined);
    await clock.advance(0);
    expect(admitted).toHaveLength(2);
    // Refused, for a shorter time: that counts.
    gate.learn('default', refused({ retryAfterMs: 3_000 }));
    await clock.advance(2_999);
    expect(admitted).toHaveLength(2);
    await clock.advance(1);
    expect(admitted).toHaveLength(3);
    // Refused, for as long as before.
    gate.learn('default', refused({ retryAfterMs: 86_400_000 }));
    await clock.advance(15 * MINUTE - 1);
    expect(admitted).toHaveLength(3);
    await clock.advance(1);
    expect(admitted).toHaveLength(4);
    gate.learn('default', { isRefused: false });
    await clock.advance(0);
    expect(admitted).toHaveLength(9);
  });

  it('is not outdone by answers to calls that went before it', async () => {
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: HOURS });
    enter(5);
    await clock.advance(0);
    gate.learn('default', refused({ retryAfterMs: 86_400_000 }));
    for (let answer = 0; answer < 3; answer += 1) gate.learn('default', { isRefused: false });
    enter(9);
    await clock.advance(15 * MINUTE);
    // One is still under way: that is as many as may be.
    expect(admitted).toHaveLength(5);
    gate.learn('default', { isRefused: false });
    await clock.advance(0);
    expect(admitted).toHaveLength(5 + 1);
  });

  it('has told what remains: so many go, then one a minute until it is over', async () => {
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: HOURS });
    await learnFirst(gate, told(2, 3 * MINUTE));
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(2);
    for (const left of [1, 0]) gate.learn('default', told(left, 3 * MINUTE));
    await clock.advance(MINUTE);
    expect(admitted).toHaveLength(3);
    gate.learn('default', told(0, 2 * MINUTE, WINDOW_1, { isRefused: true }));
    await clock.advance(MINUTE - 1);
    expect(admitted).toHaveLength(3);
    await clock.advance(1);
    expect(admitted).toHaveLength(4);
    // Now it is near enough to be waited for.
    gate.learn('default', told(0, 61_000, WINDOW_1, { isRefused: true }));
    await clock.advance(60_999);
    expect(admitted).toHaveLength(4);
    await clock.advance(1);
    expect(admitted).toHaveLength(5);
    gate.learn('default', told(9, MINUTE, WINDOW_1 + MINUTE));
    await clock.advance(0);
    expect(admitted).toHaveLength(5 + 9);
  });

  it('finds out what is left of the window, and takes no more', async () => {
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: HOURS });
    await learnFirst(gate, told(5, HOURS));
    await clock.advance(MINUTE);
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(1);
    gate.learn('default', told(4, HOURS - MINUTE));
    await clock.advance(0);
    expect(admitted).toHaveLength(1 + 4);
  });

  it('goes on to be the window that answers tell of', async () => {
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: HOURS });
    await learnFirst(gate, told(5, 80_000));
    await clock.advance(MINUTE);
    enter(1);
    await clock.advance(0);
    gate.learn('default', told(4, 20_000));
    enter(1);
    await clock.advance(0);
    // Another process has taken two.
    gate.learn('default', told(1, 20_000));
    enter(20);
    await clock.advance(0);
    expect(admitted).toHaveLength(2 + 1);
  });

  it('does not make it deaf to answers that ask for less', async () => {
    const { clock, gate, admitted, enter } = setUp();
    enter(2);
    await clock.advance(0);
    gate.learn('default', told(0, HOURS, WINDOW_1 + HOURS));
    gate.learn('default', told(3, 30_000, WINDOW_1));
    enter(9);
    await clock.advance(0);
    expect(admitted).toHaveLength(2 + 3);
  });
});

describe('a 429 whose window is over', () => {
  it('says nothing of when to come again: calls go one by one', async () => {
    const { clock, gate, admitted, enter } = setUp();
    await learnFirst(gate, told(0, 0, WINDOW_1, { isRefused: true }));
    enter(5);
    await clock.advance(239);
    expect(admitted).toHaveLength(0);
    await clock.advance(1);
    expect(admitted).toHaveLength(1);
  });
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
    const { clock, gate, admitted, enter } = setUp({ maxQueueMs: 600_000 });
    await learnFirst(gate, told(0, 1_000));
    const waiting = fails(enter(1)[0] ?? Promise.resolve());
    await clock.advance(0);
    gate.learn('default', refused({ retryAfterMs: 600_000 }));
    expect(await waiting).toBeInstanceOf(RateLimitError);
    const onWait = (): void => expect.unreachable('it does not wait');
    const error = await fails(enter(1, { onWait })[0] ?? Promise.resolve());
    expect(error).toMatchObject({
      name: 'RateLimitError',
      retryAfterMs: 600_000,
      resetAt: new Date(clock.now() + 600_000),
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

  it('do not count a call that got no answer', async () => {
    const { clock, gate, admitted, enter } = setUp({
      limits: { default: { limit: 2, windowMs: 60_000 } },
    });
    enter(9);
    await clock.advance(0);
    for (let lost = 0; lost < 3; lost += 1) gate.learn('default', undefined);
    await clock.advance(0);
    expect(admitted).toHaveLength(2 + 3);
    gate.learn('default', { isRefused: false });
    gate.learn('default', { isRefused: false });
    await clock.advance(0);
    expect(admitted).toHaveLength(2 + 3);
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
