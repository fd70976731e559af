import { describe, expect, it } from 'vitest';
import { createTransport } from '../src/client.js';
import { type SdkError, TimeoutError } from '../src/errors.js';
import type { HttpResponse } from '../src/http.js';
import { askedWaitMs } from '../src/retry.js';
import { systemClock } from '../src/time.js';
import { fails, getThing, ok, perTest, type SetUp } from './api.js';
import { manualClock } from './manual-clock.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

const down: Handler = (_seen, response) => json(response, 503, {});
const limit = { retry: { limit: 3, baseMs: 1, maxMs: 1 } };

const failing = ({ client }: Pick<SetUp, 'client'>, calls: number): Promise<unknown[]> =>
  Promise.all(
    Array.from({ length: calls }, () => fails(client.call(getThing, { id: '1' }, limit))),
  );

describe('the retry budget of a host', () => {
  it('lets 200 calls on a server that is down cost 1.2 times what was asked, and then no more at all (T32)', async () => {
    const made = await setUp(down);
    await failing(made, 200);
    expect(made.apiCalls().length).toBeLessThanOrEqual(240);
    expect(made.apiCalls()).toHaveLength(200 + 100 / 5);
    await failing(made, 50);
    expect(made.apiCalls()).toHaveLength(220 + 50);
  });

  it('is one for all clients of a host, and each host has its own', async () => {
    const made = await setUp(down);
    const other = await setUp(down);
    const sibling = made.connect();
    await failing(made, 20);
    const before = made.apiCalls().length;
    await failing({ client: sibling }, 3);
    expect(made.apiCalls()).toHaveLength(before + 3);
    await failing(other, 1);
    expect(other.apiCalls()).toHaveLength(4);
  });

  it('says in the error that the call was not repeated, and only then', async () => {
    const made = await setUp(down);
    const [first] = await failing(made, 1);
    expect(first).toMatchObject({ attempts: 4, hint: undefined, retryable: true });
    await failing(made, 20);
    const [last] = await failing(made, 1);
    expect(last).toMatchObject({ attempts: 1, hint: expect.stringContaining('retry budget') });
  });

  it('refills by one with each success: five pay for a repeat', async () => {
    let isDown = true;
    const made = await setUp((...args) => (isDown ? down : ok)(...args));
    await failing(made, 20);
    const attempts = async (): Promise<unknown> => {
      const [error] = await failing(made, 1);
      return (error as SdkError).attempts;
    };
    const succeed = async (times: number): Promise<void> => {
      isDown = false;
      for (let i = 0; i < times; i += 1) await made.client.call(getThing, { id: '1' });
      isDown = true;
    };
    await succeed(4);
    expect(await attempts()).toBe(1);
    await succeed(1);
    expect(await attempts()).toBe(2);
    expect(await attempts()).toBe(1);
  });

  it('pays double for a repeat after a time limit', async () => {
    let requests = 0;
    const clock = manualClock();
    const transport = createTransport({
      baseUrl: 'https://silent.example',
      clock,
      axios: {
        request: () => {
          requests += 1;
          return new Promise(() => {});
        },
      },
    });
    const get = { ...getThing, auth: 'none' } as const;
    const errors = Array.from({ length: 15 }, () => fails(transport.call(get, { id: '1' })));
    await clock.advance(60_000);
    await clock.advance(60_000);
    for (const error of await Promise.all(errors)) expect(error).toBeInstanceOf(TimeoutError);
    // A call has 120 s and its attempts 60 s each.
    expect(requests).toBe(15 + 100 / 10);
  });

  it('is not charged for a 429: such an answer says when to come again', async () => {
    const made = await setUp((_seen, response, before) =>
      before < 30
        ? json(response, 429, {}, { 'retry-after-ms': '1' })
        : json(response, 200, { name: 'thing' }),
    );
    const calls = Array.from({ length: 15 }, () => made.client.call(getThing, { id: '1' }, limit));
    await Promise.all(calls);
    expect(made.apiCalls()).toHaveLength(45);
  });
});

describe('how long an answer asks to wait', () => {
  const asked = (headers: HttpResponse['headers'], status = 503): number | undefined =>
    askedWaitMs({ status, headers, body: '' }, { ...systemClock, now: () => Date.UTC(2000, 0, 1) });
  const date = 'Sun, 06 Nov 1994 08:49:30 GMT';

  it.each<[string, HttpResponse['headers'], number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a fraction', { 'retry-after': '0.25' }, 250],
    ['milliseconds', { 'retry-after-ms': '1500' }, 1_500],
    ['a fraction of a millisecond', { 'retry-after-ms': '1.5' }, 1.5],
    ['both: the longer', { 'retry-after-ms': '1500', 'retry-after': '1' }, 1_500],
    ['both: the longer', { 'retry-after-ms': '500', 'retry-after': '1' }, 1_000],
    ['a date', { date, 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 7_000],
    ['a date of RFC 850', { date, 'retry-after': 'Sunday, 06-Nov-94 08:49:37 GMT' }, 7_000],
    ['a date of asctime', { date, 'retry-after': 'Sun Nov  6 08:49:37 1994' }, 7_000],
    ['a date that is over', { date, 'retry-after': 'Sun, 06 Nov 1994 08:49:00 GMT' }, 0],
    ['a date, by our own clock', { 'retry-after': 'Sat, 01 Jan 2000 00:00:09 GMT' }, 9_000],
    ['nonsense', { 'retry-after': 'soon', 'retry-after-ms': '-1' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['nothing', {}, undefined],
  ])('%s', (_what, headers, ms) => {
    const zone = process.env.TZ;
    try {
      for (const TZ of ['UTC', 'Asia/Tokyo', 'America/Lima']) {
        process.env.TZ = TZ;
        expect(asked(headers), TZ).toBe(ms);
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('never earlier than asked, by milliseconds, too', async () => {
    const times: number[] = [];
    const { client } = await setUp(
      (_seen, response, before) => {
        times.push(performance.now());
        if (before > 0) json(response, 200, { name: 'thing' });
        else json(response, 503, {}, { 'retry-after-ms': '120' });
      },
      { random: () => 0.1 },
    );
    await client.call(getThing, { id: '1' });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(120);
  });
});
