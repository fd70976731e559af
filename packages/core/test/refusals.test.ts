import { describe, expect, it } from 'vitest';
import { TokenError } from '../src/errors.js';
import { Refusals } from '../src/refusals.js';
import type { Credentials } from '../src/token-endpoint.js';

const PAIR: Credentials = { clientId: 'id', clientSecret: 'secret' };
const refusal = (message = 'No.'): TokenError =>
  new TokenError(message, { code: 'invalid_client' });

const at = (monotonic: number, random = 0) => ({ monotonic, random });

describe('a pair that was refused', () => {
  it('waits 1, 2, 4 … 30 s, the longer the more often it was refused', () => {
    const refused = new Refusals();
    let ms = 0;
    const waits = Array.from({ length: 7 }, () => {
      const { retryAfterMs = 0 } = refused.addPair(PAIR, refusal(), ms, at(ms));
      expect(refused.errorFor(PAIR, ms + retryAfterMs - 1)).toBeDefined();
      ms += retryAfterMs;
      expect(refused.errorFor(PAIR, ms)).toBeUndefined();
      return retryAfterMs;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('waits up to a tenth longer, so that clients do not all come back at once', () => {
    expect(new Refusals().addPair(PAIR, refusal(), 0, at(0, 0.5)).retryAfterMs).toBe(1_050);
  });

  it('is told with its refusal, and with how long it still waits', () => {
    const refused = new Refusals();
    refused.addPair({ ...PAIR }, refusal('Replace it.'), 5_000, at(5_000));
    const told = refused.errorFor({ ...PAIR }, 5_400.5);
    expect(told).toBeInstanceOf(TokenError);
    expect(told).toMatchObject({
      message: 'Replace it.',
      code: 'invalid_client',
      retryable: false,
      retryAfterMs: 600,
    });
  });

  it.each<readonly [string, Partial<Credentials>]>([
    ['secret', { clientSecret: 'new' }],
    ['id', { clientId: 'other' }],
  ])('keeps no other from being sent: another %s', (_what, other) => {
    const refused = new Refusals();
    refused.addPair(PAIR, refusal(), 0, at(0));
    expect(refused.errorFor({ ...PAIR, ...other }, 0)).toBeUndefined();
  });

  it('is remembered beside another: two that take turns are not sent at each turn', () => {
    const refused = new Refusals();
    const other = { ...PAIR, clientSecret: 'new' };
    refused.addPair(PAIR, refusal(), 0, at(0));
    expect(refused.addPair(PAIR, refusal(), 1_000, at(1_000)).retryAfterMs).toBe(2_000);
    expect(refused.addPair(other, refusal(), 1_000, at(1_000)).retryAfterMs).toBe(1_000);
    expect(refused.errorFor(other, 1_000)).toBeDefined();
    expect(refused.errorFor(PAIR, 1_000)).toBeDefined();
  });

  it('is forgotten once a pair worked', () => {
    const refused = new Refusals();
    refused.addPair(PAIR, refusal(), 0, at(0));
    refused.worked(PAIR, 0);
    expect(refused.errorFor(PAIR, 0)).toBeUndefined();
    expect(refused.addPair(PAIR, refusal(), 0, at(0)).retryAfterMs).toBe(1_000);
  });

  it('is forgotten after eight others', () => {
    const refused = new Refusals();
    refused.addPair(PAIR, refusal(), 0, at(0));
    for (let number = 1; number <= 8; number += 1) {
      expect(refused.errorFor(PAIR, 0)).toBeDefined();
      refused.addPair({ ...PAIR, clientSecret: `secret-${number}` }, refusal(), 0, at(0));
    }
    expect(refused.errorFor(PAIR, 0)).toBeUndefined();
  });

  it('of many requests that were under way together counts once', () => {
    const refused = new Refusals();
    refused.addPair(PAIR, refusal(), 0, at(100));
    for (const answeredAt of [110, 120, 130]) refused.addPair(PAIR, refusal(), 50, at(answeredAt));
    expect(refused.errorFor(PAIR, 1_099)).toBeDefined();
    expect(refused.errorFor(PAIR, 1_100)).toBeUndefined();
    expect(refused.addPair(PAIR, refusal(), 1_100, at(1_200)).retryAfterMs).toBe(2_000);
  });

  it('is none at first', () => {
    expect(new Refusals().errorFor(PAIR, 0)).toBeUndefined();
  });
});

describe('an endpoint that asked for a wait', () => {
  const busy = (fields: object): TokenError =>
    new TokenError('Busy.', { status: 429, retryable: true, retryAfterMs: 30_000, ...fields });

  it.each([429, 503])('is asked by nobody until it is over: %i', (status) => {
    const refused = new Refusals();
    refused.failed(busy({ status }), 1_000, 1_000);
    expect(refused.errorFor(PAIR, 11_000)).toMatchObject({
      message: 'Busy.',
      status,
      retryable: true,
      retryAfterMs: 20_000,
    });
    expect(refused.errorFor({ clientId: 'other', clientSecret: 'b' }, 30_999)).toBeDefined();
    expect(refused.errorFor(PAIR, 31_000)).toBeUndefined();
  });

  it('is asked once a token came', () => {
    const refused = new Refusals();
    refused.failed(busy({}), 0, 0);
    refused.worked(PAIR, 0);
    expect(refused.errorFor(PAIR, 0)).toBeUndefined();
  });

  it.each([
    ['another status', { status: 500 }],
    ['no time', { retryAfterMs: undefined }],
  ])('is one that says so: not with %s', (_what, fields) => {
    const refused = new Refusals();
    refused.failed(busy(fields), 0, 0);
    expect(refused.errorFor(PAIR, 0)).toBeUndefined();
  });

  it('is asked after 15 minutes, whatever it says', () => {
    const refused = new Refusals();
    refused.failed(busy({ retryAfterMs: 86_400_000 }), 0, 0);
    expect(refused.errorFor(PAIR, 899_999)).toBeDefined();
    expect(refused.errorFor(PAIR, 900_000)).toBeUndefined();
  });

  it('is asked by one at a time once the wait is over, each second', () => {
    const refused = new Refusals();
    refused.failed(busy({}), 0, 0);
    expect(refused.errorFor(PAIR, 30_000)).toBeUndefined();
    expect(refused.errorFor(PAIR, 30_000)).toMatchObject({
      retryAfterMs: 1_000,
      outcome: 'not-sent',
    });
    expect(refused.errorFor(PAIR, 30_999)).toBeDefined();
    expect(refused.errorFor(PAIR, 31_000)).toBeUndefined();
    refused.worked(PAIR, 31_000);
    for (let count = 0; count < 3; count += 1)
      expect(refused.errorFor(PAIR, 31_001)).toBeUndefined();
  });

  it('is not asked earlier because of answers to older requests', () => {
    const refused = new Refusals();
    refused.failed(busy({ retryAfterMs: 60_000 }), 0, 1_000);
    refused.worked(PAIR, 500);
    refused.failed(busy({ status: 500, retryAfterMs: undefined }), 500, 1_500);
    refused.failed(busy({ retryAfterMs: 2_000 }), 500, 2_000);
    expect(refused.errorFor(PAIR, 60_999)).toBeDefined();
    expect(refused.errorFor(PAIR, 61_000)).toBeUndefined();
  });

  it('is asked by all once it answers otherwise', () => {
    const refused = new Refusals();
    refused.failed(busy({}), 0, 0);
    refused.errorFor(PAIR, 30_000);
    refused.failed(busy({ status: 400, retryAfterMs: undefined }), 30_000, 30_100);
    expect(refused.errorFor(PAIR, 30_100)).toBeUndefined();
    expect(refused.errorFor(PAIR, 30_100)).toBeUndefined();
  });
});
