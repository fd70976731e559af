import { describe, expect, it, vi } from 'vitest';
import { createTransport } from '../src/client.js';
import { type SdkError, TimeoutError } from '../src/errors.js';
import type { HttpRequest, HttpResponse } from '../src/exchange.js';
import { TransportFault } from '../src/fault.js';
import { expectFields, fails, getThing, ok, perTest, type SetUp } from './api.js';
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
    expectFields(first, { attempts: 4, hint: undefined, retryable: true });
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

describe('the retry budget of a host that takes no connections', () => {
  it('is not charged: nothing was sent, and an outage of a moment must not fail the calls of that moment', async () => {
    const made = await setUp(ok);
    await made.client.call(getThing, { id: '1' });
    // Nothing goes over a connection that is kept.
    made.client.close();
    await made.server.close();
    for (const error of await failing(made, 30))
      expectFields(error, { attempts: 4, outcome: 'not-sent', hint: undefined });
  });
});

describe('the book of the budgets', () => {
  const outcomes = {
    503: { status: 503, headers: {}, body: '' },
    network: new TransportFault('network', 'it broke'),
    timeout: new TransportFault('timeout', 'no answer came'),
  };
  const to = (host: string): HttpRequest =>
    ({ url: `https://${host}.example/things`, call: {} }) as unknown as HttpRequest;

  /** A book with nothing in it yet: it is one for the whole process. */
  const emptyBook = async () => {
    vi.resetModules();
    const { countSuccess, payRetry } = await import('../src/retry-budget.js');
    const pays = (host: string, outcome: HttpResponse | TransportFault = outcomes[503]): boolean =>
      payRetry(to(host), outcome);
    return {
      pays,
      drain: (host: string, outcome?: HttpResponse | TransportFault): number => {
        let repeats = 0;
        while (pays(host, outcome)) repeats += 1;
        return repeats;
      },
      succeed: (host: string, times: number, status = 200): void => {
        for (let i = 0; i < times; i += 1) countSuccess(to(host), { ...outcomes[503], status });
      },
      fail: (host: string, times: number): void => {
        for (let i = 0; i < times; i += 1) countSuccess(to(host), outcomes.network);
      },
      addHosts: (count: number): void => {
        for (let i = 0; i < count; i += 1) pays(`other-${i}`);
      },
    };
  };

  it.each([
    ['503', outcomes[503], 20],
    ['network', outcomes.network, 20],
    ['timeout', outcomes.timeout, 10],
  ])('has room after %s alone for this many repeats', async (_what, outcome, repeats) => {
    const { drain } = await emptyBook();
    expect(drain('down', outcome)).toBe(repeats);
  });

  it('gets nothing back by what was no success', async () => {
    const { drain, fail, pays, succeed } = await emptyBook();
    drain('down');
    fail('down', 5);
    succeed('down', 5, 400);
    expect(pays('down')).toBe(false);
    succeed('down', 5, 399);
    expect(pays('down')).toBe(true);
  });

  it('holds 1,000 hosts and begins anew with the next, so that it cannot grow for ever', async () => {
    const { addHosts, drain, pays } = await emptyBook();
    drain('down');
    addHosts(999);
    // One that it holds already is no next one.
    expect(pays('other-0')).toBe(true);
    expect(pays('down')).toBe(false);
    pays('one-more');
    expect(pays('down')).toBe(true);
  });

  it('holds no host that has all of its budget back', async () => {
    const { addHosts, drain, pays, succeed } = await emptyBook();
    drain('down');
    pays('up');
    succeed('up', 5);
    addHosts(999);
    expect(pays('down')).toBe(false);
    pays('one-more');
    expect(pays('down')).toBe(true);
  });

  it('gives nobody more than a full budget', async () => {
    const { drain, pays, succeed } = await emptyBook();
    pays('down');
    succeed('down', 50);
    expect(drain('down')).toBe(20);
  });
});
