import { describe, expect, it } from 'vitest';
import { AccessToken } from '../src/access-token.js';
import type { HttpRequest, HttpResponse, Send } from '../src/exchange.js';
import { FutileRenewals } from '../src/futile-renewals.js';
import { authenticate, ensureOk, observe, retry } from '../src/middlewares.js';
import type { SdkEvent } from '../src/observe.js';
import type { Operation } from '../src/operation.js';
import { type Clock, systemClock, withDeadline } from '../src/time.js';
import type { TokenProvider } from '../src/token-provider.js';
import { fails, getThing } from './api.js';
import { answer, fault, requestOf } from './exchange.js';
import { manualClock } from './manual-clock.js';

const { signal } = requestOf().call;

/** A last step that ends in these ways, one after the other, and then in the last one for ever. */
const ending = (...outcomes: readonly unknown[]) => {
  const sent: HttpRequest[] = [];
  const next: Send = async (request) => {
    const outcome = outcomes[Math.min(sent.length, outcomes.length - 1)];
    sent.push(request);
    if (outcome instanceof Error) throw outcome;
    return outcome as HttpResponse;
  };
  return { next, sent };
};

describe('the step that makes errors', () => {
  const step = ensureOk(systemClock);
  const after = (outcome: unknown) => step(requestOf(), ending(outcome).next);

  it.each([200, 204, 299])('hands on an answer with %i', async (status) => {
    const given = answer(status);
    expect(await after(given)).toBe(given);
  });

  it.each([0, 300, 301, 302, 303, 305, 307, 308])('calls %i a redirect', async (status) => {
    expect(await fails(after(answer(status)))).toMatchObject({
      name: 'ResponseError',
      message: `getThing failed: ${status}, a redirect to nowhere, which is not followed.`,
      reason: 'redirected',
      status,
    });
  });

  it.each([1, 99, 100, 199, 304, 306, 309, 399])('calls %i no answer', async (status) => {
    expect(await fails(after(answer(status)))).toMatchObject({
      name: 'ResponseError',
      message: `getThing failed: the answer cannot be read: its status ${status} is neither a success nor an error.`,
      reason: 'unreadable',
      status,
    });
  });

  it.each([400, 599])('makes an error of %i', async (status) => {
    expect(await fails(after(answer(status)))).toMatchObject({
      name: 'ApiError',
      message: `getThing failed: ${status}`,
      status,
    });
  });

  it('makes an error of a fault, and of nothing else', async () => {
    expect(await fails(after(fault('network')))).toMatchObject({
      name: 'ConnectionError',
      message: 'getThing failed: it failed at api.example.com.',
    });
    const reason = new Error('the caller’s own reason');
    expect(await fails(after(reason))).toBe(reason);
  });
});

describe('the step that repeats', () => {
  /** What came of it, and the pauses, which take no time here. */
  const repeating = async (
    leftMs: number,
    outcomes: readonly unknown[],
    more: Partial<Operation> = {},
  ): Promise<{ outcome: unknown; pauses: number[] }> => {
    const pauses: number[] = [];
    const clock: Clock = {
      ...systemClock,
      after: (ms, task) => {
        pauses.push(ms);
        task();
        return () => {};
      },
    };
    const deadline = { ...requestOf().call.deadline, leftMs: () => leftMs };
    const step = retry(clock, () => 0);
    const request = { ...requestOf({ deadline }), operation: { ...getThing, ...more } };
    const outcome = await step(request, ending(...outcomes).next).catch((thrown: unknown) => ({
      thrown,
    }));
    return { outcome, pauses };
  };
  const ok = answer(200);

  it.each<[string, string, number, number[], number, Partial<Operation>]>([
    ['that is as long as can be', '62', 600_000, [62_000], 503, {}],
    ['that is too long', '62.001', 600_000, [], 503, {}],
    ['that ends with the call', '1', 1_000, [1_000], 503, {}],
    ['that ends after the call', '1.001', 1_000, [], 503, {}],
    ['of nothing: its own', '0', 600_000, [50], 503, {}],
    ['for the rate limit that ends after the call', '62', 0, [62_000], 429, {}],
    ['for the rate limit that is too long', '62.001', 600_000, [], 429, {}],
    ['for a token that ends with the call', '1', 1_000, [1_000], 429, { auth: 'none' }],
    ['for a token that ends after the call', '1.001', 1_000, [], 429, { auth: 'none' }],
  ])('makes the pause that is asked for, unless it is too long: one %s', async (...row) => {
    const [, after, leftMs, pauses, status, operation] = row;
    const failed = answer(status, { 'retry-after': after });
    const outcome = pauses.length === 0 ? failed : ok;
    expect(await repeating(leftMs, [failed, ok], operation)).toEqual({ outcome, pauses });
  });

  it.each([
    ['stand still in the pause after a 429', 429, 1_000],
    ['go on in any other pause', 503, 990],
  ])('lets the time limit of the call %s', async (_what, status, leftMs) => {
    const clock = manualClock();
    const deadline = withDeadline(clock, 1_000, undefined);
    const { next, sent } = ending(answer(status, { 'retry-after-ms': '10' }), ok);
    const repeated = retry(clock, () => 0)(requestOf({ deadline }), next);
    await clock.advance(10);
    expect(await repeated).toBe(ok);
    expect(sent).toHaveLength(2);
    expect(deadline.leftMs()).toBe(leftMs);
    // It goes on after the pause.
    await clock.advance(leftMs);
    expect(deadline.signal.aborted).toBe(true);
  });

  it('lets a caller leave in the pause after a 429, and nothing stays behind', async () => {
    const clock = manualClock();
    const caller = new AbortController();
    const deadline = withDeadline(clock, 1_000, caller.signal);
    const { next } = ending(answer(429, { 'retry-after': '60' }));
    const request = requestOf({ deadline, signal: deadline.signal });
    const left = fails(retry(clock, () => 0)(request, next));
    await clock.advance(30_000);
    const reason = new Error('the caller’s own reason');
    caller.abort(reason);
    expect(await left).toBe(reason);
    deadline.cancel();
    expect(clock.pending()).toBe(0);
  });

  it('makes its own pauses where none is asked for, up to the limit of repeats', async () => {
    const down = answer(503);
    expect(await repeating(600_000, [down])).toEqual({ outcome: down, pauses: [50, 100, 150] });
  });

  it('throws the last fault as it is', async () => {
    const last = fault('network');
    expect(await repeating(600_000, [fault('connect'), answer(503), last])).toEqual({
      outcome: { thrown: last },
      pauses: [50, 100, 150],
    });
    expect((await repeating(600_000, [last, ok])).outcome).toBe(ok);
  });

  it('repeats nothing after another error', async () => {
    const thrown = new Error('the caller’s own reason');
    expect(await repeating(600_000, [thrown, ok])).toEqual({ outcome: { thrown }, pauses: [] });
  });
});

// What is left of the call's time.
const withinMs = 600_000;

describe('the step that sends a token', () => {
  /** Gives these tokens in turn, and the last one for ever. */
  const giving = (...values: readonly string[]) => {
    const asked: unknown[] = [];
    const refused: string[] = [];
    const tokens: TokenProvider = {
      get: async (options) => {
        const value = values[Math.min(asked.length, values.length - 1)] ?? '';
        asked.push(options);
        return new AccessToken({ value, tokenType: 'Bearer', expiresAt: new Date(0) });
      },
      invalidate: (value) => void refused.push(value),
    };
    return { asked, refused, step: authenticate(tokens, new FutileRenewals(manualClock())) };
  };
  const bearers = (sent: readonly HttpRequest[]) =>
    sent.map(({ headers }) => headers.authorization);

  it('adds it to the headers, keeps it as a secret, and is as patient as the call', async () => {
    const { asked, refused, step } = giving('a');
    const { next, sent } = ending(answer(403));
    const request = requestOf();
    expect(await step(request, next)).toEqual(answer(403));
    expect(sent.map(({ headers }) => headers)).toEqual([
      { accept: 'application/json', authorization: 'Bearer a' },
    ]);
    expect([...request.call.secrets]).toEqual(['a']);
    expect(asked).toEqual([{ signal, withinMs }]);
    expect(refused).toEqual([]);
  });

  it('leaves a request that takes none as it is', async () => {
    const { asked, step } = giving('a');
    const { next, sent } = ending(answer(401));
    const request = { ...requestOf(), operation: { ...getThing, auth: 'none' as const } };
    await step(request, next);
    expect(sent).toEqual([request]);
    expect(asked).toEqual([]);
  });

  it('sends another one after a 401, once', async () => {
    const { asked, refused, step } = giving('a', 'b');
    const { next, sent } = ending(answer(401));
    expect(await step(requestOf(), next)).toEqual(answer(401));
    expect(bearers(sent)).toEqual(['Bearer a', 'Bearer b']);
    expect(refused).toEqual(['a']);
    expect(asked).toEqual([
      { signal, withinMs },
      { signal, withinMs },
    ]);
  });

  it('does not send the one again that was refused', async () => {
    const { refused, step } = giving('a');
    const { next, sent } = ending(answer(401), answer(200));
    expect(await step(requestOf(), next)).toEqual(answer(401));
    expect(bearers(sent)).toEqual(['Bearer a']);
    expect(refused).toEqual(['a']);
  });

  it('sends five in a row in place of refused ones, and then one each 12 s', async () => {
    const clock = manualClock();
    const refused: string[] = [];
    const expiresAt = new Date(0);
    const tokens: TokenProvider = {
      get: async () =>
        new AccessToken({ value: `t-${refused.length}`, tokenType: 'Bearer', expiresAt }),
      invalidate: (value) => void refused.push(value),
    };
    const step = authenticate(tokens, new FutileRenewals(clock));
    // Each fresh one works once.
    const call = async (): Promise<number> => {
      const { next } = ending(answer(401), answer(200));
      const request = requestOf();
      const { status } = await step(request, next);
      if (status === 401) expect(request.call.refused).toBe('often');
      return status;
    };
    const calls = async (count: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let number = 0; number < count; number += 1) statuses.push(await call());
      return statuses;
    };
    expect(await calls(7)).toEqual([200, 200, 200, 200, 200, 401, 401]);
    expect(refused).toHaveLength(5);
    await clock.advance(12_000);
    expect(await calls(2)).toEqual([200, 401]);
    await clock.advance(3_600_000);
    expect(await calls(6)).toEqual([200, 200, 200, 200, 200, 401]);
  });

  it('lets a request that had to wait have a newer one, and gives up that one', async () => {
    const { asked, refused, step } = giving('a', 'b', 'c');
    const { next, sent } = ending(answer(401), answer(200));
    const request = requestOf();
    await step(request, async (one) => next((await one.renew?.()) ?? one));
    expect(bearers(sent)).toEqual(['Bearer b', 'Bearer c']);
    expect(refused).toEqual(['b']);
    expect([...request.call.secrets]).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(Array.from({ length: 3 }, () => ({ signal, withinMs })));
  });
});

describe('the step that tells', () => {
  it.each([
    ['an answer', answer(204), { status: 204 }],
    ['a fault', fault('timeout'), { fault: 'timeout' }],
    ['any other error', new Error('the caller’s own reason'), { fault: 'thrown' }],
  ])('tells of %s, and hands it on', async (_what, outcome, told) => {
    const clock = manualClock();
    const events: SdkEvent[] = [];
    const step = observe((event) => void events.push(event), clock);
    const { next } = ending(outcome);
    const result = await step(requestOf(), async (request) => {
      await clock.advance(7);
      return next(request);
    }).catch((error: unknown) => error);
    expect(result).toBe(outcome);
    expect(events).toEqual([
      {
        type: 'attempt',
        operation: 'getThing',
        method: 'GET',
        path: '/things/{id}',
        attempt: 2,
        ms: 7,
        ...told,
      },
    ]);
  });
});
