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
});
