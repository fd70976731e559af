import { describe, expect, it } from 'vitest';
import { TokenError } from '../src/errors.js';
import { RefusedPair } from '../src/refused-pair.js';
import type { Credentials } from '../src/token-endpoint.js';

const PAIR: Credentials = { clientId: 'id', clientSecret: 'secret' };
const refusal = (message = 'No.'): TokenError =>
  new TokenError(message, { code: 'invalid_client' });

const at = (monotonic: number, random = 0) => ({ monotonic, random });

describe('a pair that was refused', () => {
  it('waits 1, 2, 4 … 30 s, the longer the more often it was refused', () => {
    const refused = new RefusedPair();
    let ms = 0;
    const waits = Array.from({ length: 7 }, () => {
      const { retryAfterMs = 0 } = refused.add(PAIR, refusal(), at(ms));
      expect(refused.errorFor(PAIR, ms + retryAfterMs - 1)).toBeDefined();
      ms += retryAfterMs;
      expect(refused.errorFor(PAIR, ms)).toBeUndefined();
      return retryAfterMs;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('waits up to a tenth longer, so that clients do not all come back at once', () => {
    expect(new RefusedPair().add(PAIR, refusal(), at(0, 0.5)).retryAfterMs).toBe(1_050);
  });

  it('is told with its refusal, and with how long it still waits', () => {
    const refused = new RefusedPair();
    refused.add({ ...PAIR }, refusal('Replace it.'), at(5_000));
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
    const refused = new RefusedPair();
    refused.add(PAIR, refusal(), at(0));
    expect(refused.errorFor({ ...PAIR, ...other }, 0)).toBeUndefined();
  });

  it('begins with a second again once another was refused', () => {
    const refused = new RefusedPair();
    const other = { ...PAIR, clientSecret: 'new' };
    refused.add(PAIR, refusal(), at(0));
    expect(refused.add(PAIR, refusal(), at(1_000)).retryAfterMs).toBe(2_000);
    expect(refused.add(other, refusal(), at(1_000)).retryAfterMs).toBe(1_000);
    expect(refused.errorFor(other, 1_000)).toBeDefined();
  });

  it('is forgotten once a pair worked', () => {
    const refused = new RefusedPair();
    refused.add(PAIR, refusal(), at(0));
    refused.clear();
    expect(refused.errorFor(PAIR, 0)).toBeUndefined();
    expect(refused.add(PAIR, refusal(), at(0)).retryAfterMs).toBe(1_000);
  });

  it('is none at first', () => {
    expect(new RefusedPair().errorFor(PAIR, 0)).toBeUndefined();
  });
});
