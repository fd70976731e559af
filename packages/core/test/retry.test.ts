import { describe, expect, it } from 'vitest';
import type { Outcome } from '../src/errors.js';
import type { HttpResponse } from '../src/exchange.js';
import type { TransportFault } from '../src/fault.js';
import type { Operation } from '../src/operation.js';
import { isRead, outcomeOf } from '../src/outcome.js';
import {
  backoffMs,
  isSafeToRetry,
  mayRepeat,
  type RetryPolicy,
  repeatBy,
  waitMs,
} from '../src/retry.js';
import { createThing, getThing, perTest, searchThings, startThings } from './api.js';
import { answer, fault, requestOf } from './exchange.js';
import { json } from './server.js';

const setUp = perTest();

describe('after an outcome', () => {
  const isRepeated = (
    operation: Operation,
    outcome: HttpResponse | TransportFault,
    more: Partial<RetryPolicy> = {},
  ): boolean => {
    const retry = { limit: 3, baseMs: 1, maxMs: 1, writes: true, unsafe: false, ...more };
    return mayRepeat(requestOf({ retry }, { operation }), outcome);
  };

  it.each<[string, boolean, boolean, Outcome, HttpResponse | TransportFault]>([
    ['no connection', true, true, 'not-sent', fault('connect')],
    ['an untrusted host', false, false, 'not-sent', fault('refused')],
    ['a time limit before it was sent', true, true, 'not-sent', fault('timeout', true)],
    ['a connection that broke', true, false, 'unknown', fault('network')],
    ['a time limit', true, false, 'unknown', fault('timeout')],
    ['an unreadable answer', false, false, 'unknown', fault('response')],
    ['too large an answer', false, false, 'unknown', fault('too-large')],
    ['200', false, false, 'answered', answer(200)],
    ['a redirect that a browser hides', false, false, 'unknown', answer(0)],
    ['301', false, false, 'answered', answer(301)],
    ['302', false, false, 'unknown', answer(302)],
    ['303', false, false, 'unknown', answer(303)],
    ['307', false, false, 'answered', answer(307)],
    ['400', false, false, 'answered', answer(400)],
    ['408', true, false, 'unknown', answer(408)],
    ['429', true, true, 'answered', answer(429)],
    ['499', false, false, 'answered', answer(499)],
    ['500', true, false, 'unknown', answer(500)],
    ['501', false, false, 'unknown', answer(501)],
    ['502', true, false, 'unknown', answer(502)],
    ['503', true, false, 'unknown', answer(503)],
    ['503 that asks to wait', true, false, 'unknown', answer(503, { 'retry-after': '1' })],
    ['503 that asks for 0 ms', true, false, 'unknown', answer(503, { 'retry-after-ms': '0' })],
    ['504', true, false, 'unknown', answer(504)],
  ])('of %s: a read is repeated: %s, a write: %s, which is %s', (...row) => {
    const [, read, write, became, outcome] = row;
    expect(isRepeated(getThing, outcome)).toBe(read);
    expect(isRepeated(searchThings, outcome)).toBe(read);
    expect(isRepeated(startThings, outcome)).toBe(read);
    expect(isRepeated(startThings, outcome, { writes: false })).toBe(write);
    expect(isRepeated(createThing, outcome)).toBe(write);
    expect(isRepeated(createThing, outcome, { unsafe: true })).toBe(read);
    expect([createThing, startThings].map((one) => outcomeOf(one, outcome))).toEqual([
      became,
      became,
    ]);
    const isAnswer = 'status' in outcome && outcome.status !== undefined;
    for (const one of [getThing, searchThings])
      if (isAnswer) expect(outcomeOf(one, outcome)).toBe('answered');
  });

  it('a write that is marked as safe is repeated within ten seconds of its first sending', () => {
    const by = (operation: Operation, outcome: HttpResponse | TransportFault) => {
      const request = requestOf({}, { operation });
      request.call.firstSentAt = 500;
      return repeatBy(request, outcome);
    };
    expect(by(startThings, answer(500))).toBe(10_500);
    expect(by(startThings, fault('network'))).toBe(10_500);
    expect(by(startThings, answer(429))).toBe(Number.POSITIVE_INFINITY);
    expect(by(startThings, fault('connect'))).toBe(Number.POSITIVE_INFINITY);
    expect(by(searchThings, answer(500))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('an operation', () => {
  it.each<[string, Operation, boolean, boolean]>([
    ['a GET', getThing as Operation, true, true],
    ['a GET that changes something', { ...getThing, safeToRetry: false }, false, false],
    ['a POST that reads', searchThings, true, true],
    ['a POST', createThing, false, false],
    ['a POST that is safe to retry', { ...createThing, safeToRetry: true }, false, true],
  ])('%s only reads: %s, and is safe to retry: %s', (_, operation, reads, isSafe) => {
    expect([isRead(operation), isSafeToRetry(operation)]).toEqual([reads, isSafe]);
  });
});

describe('the pause before a repeat', () => {
  it.each([
    [0, 500, 750, 1_000],
    [1, 1_000, 1_500, 2_000],
    [2, 2_000, 3_000, 4_000],
    [3, 2_500, 3_750, 5_000],
    [9, 2_500, 3_750, 5_000],
  ])('number %i is of %i, %i or at most %i ms', (repeat, least, middle, most) => {
    const pause = (random: number): number =>
      backoffMs(repeat, { baseMs: 1_000, maxMs: 5_000 }, () => random);
    expect([pause(0), pause(0.5), pause(1)]).toEqual([least, middle, most]);
  });

  it.each([
    [undefined, 0.5, 70],
    [0, 0.5, 70],
    [1_000, 0, 1_000],
    [1_000, 0.5, 1_050],
    [1_000, 1, 1_100],
    [1, 0, 1],
  ])('where %s ms are asked for, with %d drawn, is of %d ms', (asked, random, ms) => {
    expect(waitMs(asked, 70, () => random)).toBeCloseTo(ms, 9);
  });
});

describe('a repeat', () => {
  it('comes no earlier than asked, by milliseconds, too', async () => {
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
