import { describe, expect, it } from 'vitest';
import { ConfigError, RateLimitError } from '../src/errors.js';
import type { HttpRequest, HttpResponse, Middleware } from '../src/http.js';
import type { SdkEvent } from '../src/observe.js';
import type { Operation } from '../src/operation.js';
import type { RateGate } from '../src/rate-gate.js';
import { rateLimit } from '../src/rate-limit.js';
import type { RateAnswer } from '../src/rate-window.js';
import { withDeadline } from '../src/time.js';
import { fails, getThing, ok, perTest } from './api.js';
import { manualClock } from './manual-clock.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

const getReport: Operation<Record<string, never>, unknown> = {
  id: 'getReport',
  method: 'GET',
  path: '/report',
  rateClass: 'reporting',
};

const getKeys: Operation<Record<string, never>, unknown> = {
  id: 'getKeys',
  method: 'GET',
  path: '/keys',
  auth: 'none',
};

/** Answers with what a budget of 5 a window has left, by windows of a second. */
const limited = (statuses: number[] = []): Handler => {
  const used = new Map<number, number>();
  return (_seen, response) => {
    const reset = Math.floor(Date.now() / 1_000) + 1;
    const count = (used.get(reset) ?? 0) + 1;
    used.set(reset, count);
    const status = count > 5 ? 429 : 200;
    statuses.push(status);
    json(
      response,
      status,
      { name: 'thing' },
      {
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': String(Math.max(0, 5 - count)),
        'x-ratelimit-reset': String(reset),
      },
    );
  };
};

describe('a client within its rate limit', () => {
  it('makes calls wait, tells of it, and none fails', async () => {
    const events: SdkEvent[] = [];
    const statuses: number[] = [];
    const { client } = await setUp(limited(statuses), { observe: (event) => events.push(event) });
    await client.call(getThing, { id: '1' });
    await Promise.all(Array.from({ length: 11 }, () => client.call(getThing, { id: '1' })));
    expect(statuses).toEqual(Array(12).fill(200));
    const waits = events.filter(({ type }) => type === 'waiting');
    expect(waits.length).toBeGreaterThanOrEqual(6);
    expect(waits[0]).toMatchObject({
      type: 'waiting',
      operation: 'getThing',
      rateClass: 'default',
      queued: 1,
    });
  });

  it('lets the time limit of a call stand still while it waits', async () => {
    const { client } = await setUp(limited());
    await client.call(getThing, { id: '1' });
    const calls = Array.from({ length: 14 }, () =>
      client.call(getThing, { id: '1' }, { timeoutMs: 700 }),
    );
    const startedAt = performance.now();
    await Promise.all(calls);
    expect(performance.now() - startedAt).toBeGreaterThan(700);
  });

  it('shares what it knows with a sibling', async () => {
    const statuses: number[] = [];
    const { client, connect } = await setUp(limited(statuses));
    const sibling = connect({ tokens: client.tokens, rateLimit: client.rateLimit });
    expect(sibling.rateLimit).toBe(client.rateLimit);
    await client.call(getThing, { id: '1' });
    await Promise.all(
      Array.from({ length: 10 }, (_, call) =>
        (call % 2 === 0 ? client : sibling).call(getThing, { id: '1' }),
      ),
    );
    expect(statuses).toEqual(Array(11).fill(200));
  });

  it('knows nothing of it where that is switched off', async () => {
    const statuses: number[] = [];
    const { client } = await setUp(limited(statuses), { rateLimit: false });
    await client.call(getThing, { id: '1' });
    await Promise.all(Array.from({ length: 12 }, () => client.call(getThing, { id: '1' })));
    expect(statuses).toContain(429);
  });

  it('passes by the gate what takes no token, and tells the gate the class of each call', async () => {
    const entered: string[] = [];
    const rateLimit: RateGate = {
      enter: async (rateClass, { operation }) => void entered.push(`${rateClass} ${operation}`),
      learn: () => {},
    };
    const { client, tokenCalls } = await setUp(ok, { rateLimit });
    await client.call(getThing, { id: '1' });
    await client.call(getReport);
    await client.call(getKeys);
    expect(tokenCalls()).toHaveLength(1);
    expect(entered).toEqual(['default getThing', 'reporting getReport']);
  });

  it('refuses a call that would wait too long, before it is sent', async () => {
    const { client, apiCalls } = await setUp(limited(), { rateLimit: { maxQueueMs: 0 } });
    await client.call(getThing, { id: '1' });
    const calls = Array.from({ length: 12 }, () => client.call(getThing, { id: '1' }));
    const errors = (await Promise.allSettled(calls)).flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(errors.length).toBeGreaterThanOrEqual(3);
    for (const error of errors) {
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ operation: 'getThing', attempts: 0, status: undefined });
    }
    expect(apiCalls()).toHaveLength(13 - errors.length);
  });

  it('is not made with figures that are none', async () => {
    await expect(setUp(ok, { rateLimit: { maxQueueMs: -1 } })).rejects.toThrow(ConfigError);
  });

  it('sends a token that was renewed while the call waited', async () => {
    const token = { value: 'old' };
    const { client, apiCalls } = await setUp(ok, {
      tokens: { get: async () => token, invalidate: () => {} } as never,
      rateLimit: {
        enter: async (_rateClass, { onWait }) => {
          onWait({ ms: 1, queued: 1 });
          token.value = 'new';
        },
        learn: () => {},
      },
    });
    await client.call(getThing, { id: '1' });
    expect(apiCalls().map(({ headers }) => headers.authorization)).toEqual(['Bearer new']);
  });

  it('waits for the later of what a 429 asks of the call and of its class', async () => {
    const at: number[] = [];
    const { client } = await setUp((seen, response, before) => {
      at.push(performance.now());
      if (before === 0) json(response, 429, {}, { 'retry-after': '1' });
      else ok(seen, response, before);
    });
    await client.call(getThing, { id: '1' });
    const waitedMs = (at[1] ?? 0) - (at[0] ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(1_000);
    expect(waitedMs).toBeLessThan(1_700);
  });
});

describe('what the gate learns of an answer', () => {
  const clock = manualClock();
  const learned = async (
    next: () => Promise<HttpResponse>,
  ): Promise<(RateAnswer | undefined)[]> => {
    const answers: (RateAnswer | undefined)[] = [];
    const gate: RateGate = {
      enter: async () => {},
      learn: (_rateClass, answer) => void answers.push(answer),
    };
    const deadline = withDeadline(clock, 1_000, undefined);
    const call = { deadline, signal: deadline.signal, attempts: 0 };
    const request = { operation: getThing, call } as unknown as HttpRequest;
    const step: Middleware = rateLimit(gate, () => {}, clock);
    await step(request, next).catch(() => {});
    deadline.cancel();
    return answers;
  };
  const answering = (status: number, headers: Record<string, string>) => async () => ({
    status,
    headers,
    body: '',
  });

  it('reads the reset against the Date of the answer, whatever the local clock shows', async () => {
    const date = 'Thu, 05 Aug 2021 11:00:00 GMT';
    const resetAt = Date.parse(date) + 42_000;
    const headers = {
      date,
      'x-ratelimit-limit': '250',
      'x-ratelimit-remaining': '17',
      'x-ratelimit-reset': String(resetAt / 1_000),
    };
    expect(await learned(answering(200, headers))).toEqual([
      { isRefused: false, limit: 250, remaining: 17, resetAt, resetInMs: 42_000 },
    ]);
    expect(await learned(answering(429, headers))).toMatchObject([
      { isRefused: true, retryAfterMs: 42_000 },
    ]);
  });

  it.each(['-1', 'soon', '1e3', '99999999999999', ''])('takes no number from %j', async (text) => {
    const headers = {
      'x-ratelimit-limit': text,
      'x-ratelimit-remaining': text,
      'x-ratelimit-reset': text,
    };
    expect(await learned(answering(200, headers))).toEqual([{ isRefused: false }]);
  });

  it('hears once of a call that got no answer', async () => {
    expect(await learned(() => Promise.reject(new Error('lost')))).toEqual([undefined]);
  });
});

describe('an error for the rate limit', () => {
  it('has the figures of the answer', async () => {
    const { client } = await setUp((_seen, response) =>
      json(
        response,
        429,
        {},
        {
          date: 'Thu, 05 Aug 2021 11:00:00 GMT',
          'x-ratelimit-limit': '250',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '1628249355',
        },
      ),
    );
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'RateLimitError',
      limit: 250,
      remaining: 0,
      resetAt: new Date(1_628_249_355_000),
      attempts: 1,
    });
  });
});
