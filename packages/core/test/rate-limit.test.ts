import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/errors.js';
import type { HttpRequest, HttpResponse, Middleware } from '../src/exchange.js';
import type { SdkEvent } from '../src/observe.js';
import type { Operation } from '../src/operation.js';
import type { RateGate } from '../src/rate-gate.js';
import { rateLimit } from '../src/rate-limit.js';
import type { RateAnswer } from '../src/rate-window.js';
import { withDeadline } from '../src/time.js';
import { fails, getThing, ok, perTest } from './api.js';
import { manualClock } from './manual-clock.js';
import { json } from './server.js';

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

describe('a client within its rate limit', () => {
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
});

describe('a call that the gate holds back', () => {
  const clock = manualClock();
  const gate: RateGate = {
    enter: async (_rateClass, { onWait }) => {
      onWait({ ms: 7, queued: 3 });
      await clock.advance(5_000);
    },
    learn: () => {},
  };
  const held = async (request: Partial<HttpRequest>): Promise<unknown> => {
    const events: SdkEvent[] = [];
    const sent: unknown[] = [];
    const deadline = withDeadline(clock, 1_000, undefined);
    const call = { deadline, signal: deadline.signal, attempts: 0 };
    const step = rateLimit(gate, (event) => events.push(event), clock);
    await step(
      { operation: getReport, call, ...request } as unknown as HttpRequest,
      async (one) => {
        sent.push(one.url);
        return { status: 200, headers: {}, body: '' };
      },
    );
    const leftMs = deadline.leftMs();
    deadline.cancel();
    return { events, leftMs, sent, isOver: deadline.signal.aborted };
  };
  const event = {
    type: 'waiting',
    operation: 'getReport',
    rateClass: 'reporting',
    ms: 7,
    queued: 3,
  };

  it('is told, and its time limit stands still', async () => {
    expect(await held({ url: 'old' })).toEqual({
      events: [event],
      leftMs: 1_000,
      sent: ['old'],
      isOver: false,
    });
  });

  it('is written anew: its token may have ended', async () => {
    const renew = async () => ({ url: 'new' }) as HttpRequest;
    expect(await held({ url: 'old', renew })).toMatchObject({ sent: ['new'] });
  });

  it('is none that takes no token', async () => {
    const operation = getKeys as unknown as HttpRequest['operation'];
    expect(await held({ url: 'old', operation })).toMatchObject({ events: [], sent: ['old'] });
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
    expect(await learned(answering(429, { ...headers, 'retry-after': '50' }))).toMatchObject([
      { isRefused: true, resetInMs: 42_000, retryAfterMs: 50_000 },
    ]);
    expect(await learned(answering(503, { ...headers, 'retry-after': '50' }))).toEqual([
      { isRefused: false, limit: 250, remaining: 17, resetAt, resetInMs: 42_000 },
    ]);
  });

  it('reads it against the local clock where the answer has no Date, and never as a past', async () => {
    const secondsFromNow = (seconds: number): Record<string, string> => ({
      'x-ratelimit-reset': String(Math.floor(clock.now() / 1_000) + seconds),
    });
    const resetIn = async (seconds: number) =>
      (await learned(answering(200, secondsFromNow(seconds))))[0]?.resetInMs;
    expect(await resetIn(3)).toBe(3_000);
    expect(await resetIn(-3)).toBe(0);
  });

  it.each(['-1', 'soon', '1e3', '1 2', 'x1', '99999999999999', ''])(
    'takes no number from %j',
    async (text) => {
      const headers = {
        'x-ratelimit-limit': text,
        'x-ratelimit-remaining': text,
        'x-ratelimit-reset': text,
      };
      expect(await learned(answering(200, headers))).toEqual([{ isRefused: false }]);
    },
  );

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
