import { describe, expect, it } from 'vitest';
import { RateLimitError } from '../src/errors.js';
import type { SdkEvent } from '../src/observe.js';
import { expectFields, getThing, ok, perTest } from './api.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

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
      expectFields(error, { operation: 'getThing', attempts: 0, status: undefined });
    }
    expect(apiCalls()).toHaveLength(13 - errors.length);
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
