import { describe, expect, it } from 'vitest';
import { Attempt } from '../src/attempt.js';
import { withDeadline } from '../src/time.js';
import { requestOf } from './exchange.js';
import { manualClock } from './manual-clock.js';

describe('a call whose time is over while a connection is being opened', () => {
  it.each([
    [400, 'no connection was free', 500],
    [100, 'no connection came about', 500],
  ])('and that had waited %i of 500 ms for one: %s', async (waitedMs, message, limitMs) => {
    const clock = manualClock();
    const deadline = withDeadline(clock, 500, undefined);
    const { call } = requestOf({ signal: deadline.signal, deadline });
    const attempt = new Attempt(call, clock, { isToken: false, isSafe: true, repeatedForMs: 1 });
    const ended = new Promise((end) => attempt.onEnd({ end }));
    await clock.advance(waitedMs);
    attempt.connects();
    await clock.advance(500 - waitedMs);
    expect(await ended).toMatchObject({ kind: 'timeout', message, limitMs, isUnsent: true });
  });

  it('says that no connection came about where the limit of connecting is what ended it', async () => {
    const clock = manualClock();
    const { call } = requestOf({ connectMs: 50 });
    const attempt = new Attempt(call, clock, { isToken: false, isSafe: true, repeatedForMs: 1 });
    const ended = new Promise((end) => attempt.onEnd({ end }));
    await clock.advance(400);
    attempt.connects();
    await clock.advance(50);
    expect(await ended).toMatchObject({ message: 'no connection came about', limitMs: 50 });
  });
});
