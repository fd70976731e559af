import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../src/time.js';
import { fails, giveToken, ok, perTest, startThings } from './api.js';
import { type Handler, json } from './server.js';

/* Writes that are marked as safe: repeated though nobody knows what became of them, but not for ever. */

const setUp = perTest();

/** One answer after the other, the last for ever. */
const inTurn =
  (...handlers: readonly Handler[]): Handler =>
  (seen, response, before) =>
    (handlers[before] ?? handlers.at(-1))?.(seen, response, before);

const status =
  (code: number): Handler =>
  (_seen, response) =>
    json(response, code, {});

const end: Handler = (_seen, response) => response.socket?.destroy();

/** The machine's clock, which a test may move. */
const movableClock = (): Clock & { jump(ms: number): void } => {
  let movedMs = 0;
  const jump = (ms: number): void => {
    movedMs += ms;
  };
  return { ...systemClock, monotonic: () => systemClock.monotonic() + movedMs, jump };
};

const write = { body: {} };

describe('a write that is marked as safe', () => {
  it('is not repeated when ten seconds passed in the pause, and ends with what came before', async () => {
    const clock = movableClock();
    const unavailable: Handler = (_seen, response) => {
      json(response, 503, {});
      setTimeout(() => clock.jump(10_001), 50);
    };
    const { client, apiCalls } = await setUp(inTurn(unavailable, ok), {
      clock,
      retry: { baseMs: 500 },
    });
    expect(await fails(client.call(startThings, write))).toMatchObject({
      status: 503,
      outcome: 'unknown',
      attempts: 1,
    });
    expect(apiCalls()).toHaveLength(1);
  });

  const once = { retry: { limit: 0 } };

  it('is not to be repeated, either, where no token could be had for its repeat', async () => {
    const answers = inTurn(status(503), status(401));
    const { client } = await setUp(answers, {}, inTurn(giveToken, status(500)));
    expect(await fails(client.call(startThings, write))).toMatchObject({
      name: 'TokenError',
      message: expect.stringMatching(/may have been processed/) as string,
      outcome: 'unknown',
      retryable: false,
    });
  });

  it('goes over a fresh connection when a kept one ends without an answer', async () => {
    const { client, apiCalls } = await setUp(inTurn(ok, end, ok));
    await client.call(startThings, write);
    expect(await client.call(startThings, write, once)).toEqual({ name: 'thing' });
    expect(apiCalls()).toHaveLength(3);
  });

  it('does so once a call', async () => {
    const { client, apiCalls } = await setUp(inTurn(ok, ok, end));
    await Promise.all([1, 2].map(() => client.call(startThings, write)));
    expect(await fails(client.call(startThings, write, once))).toMatchObject({
      outcome: 'unknown',
      attempts: 2,
    });
    expect(apiCalls()).toHaveLength(4);
  });

  it('does not where writes are not to be repeated', async () => {
    const { client, apiCalls } = await setUp(inTurn(ok, end, ok));
    await client.call(startThings, write);
    const call = client.call(startThings, write, { retry: { writes: false } });
    expect(await fails(call)).toMatchObject({ outcome: 'unknown', attempts: 1 });
    expect(apiCalls()).toHaveLength(2);
  });

  it('does not later than ten seconds after it was sent', async () => {
    const clock = movableClock();
    const endLate: Handler = (_seen, response) => {
      clock.jump(10_001);
      response.socket?.destroy();
    };
    const { client, apiCalls } = await setUp(inTurn(ok, endLate, ok), { clock });
    await client.call(startThings, write);
    expect(await fails(client.call(startThings, write))).toMatchObject({
      outcome: 'unknown',
      attempts: 1,
    });
    expect(apiCalls()).toHaveLength(2);
  });

  it('stays unknown, whatever comes over the fresh connection', async () => {
    const { client } = await setUp(inTurn(ok, end, status(429)));
    await client.call(startThings, write);
    expect(await fails(client.call(startThings, write, once))).toMatchObject({
      status: 429,
      outcome: 'unknown',
      retryable: false,
    });
  });
});
