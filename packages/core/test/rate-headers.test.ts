import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../src/exchange.js';
import { askedWaitMs, rateHeaders, rateLimitFields } from '../src/rate-headers.js';
import { systemClock } from '../src/time.js';
import { answer } from './exchange.js';
import { hostileHeaders } from './hostile-headers.js';

const clock = { ...systemClock, now: () => Date.UTC(2000, 0, 1) };

describe('how long an answer asks to wait', () => {
  const asked = (headers: HttpResponse['headers'], status = 503): number | undefined =>
    askedWaitMs(answer(status, headers), clock);
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
    ['a number with a unit', { 'retry-after': '7s', 'retry-after-ms': 'x7' }, undefined],
    ['400 digits', { 'retry-after': '9'.repeat(400) }, undefined],
    ['400 digits, and seconds', { 'retry-after-ms': '9'.repeat(400), 'retry-after': '7' }, 7_000],
    ['366 days', { 'retry-after': '31622400' }, 31_622_400_000],
    ['more than 366 days', { 'retry-after': '31622401' }, undefined],
    [
      'a date in the year 9999',
      { date, 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' },
      undefined,
    ],
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

  // 2000-01-01 in seconds is 946684800.
  it.each<[string, number, HttpResponse['headers'], number | undefined]>([
    ['the reset of its rate limit', 429, { 'x-ratelimit-reset': '946684805' }, 5_000],
    ['a reset that is over', 429, { 'x-ratelimit-reset': '946684795' }, 0],
    ['a reset, by its own date', 429, { date, 'x-ratelimit-reset': '784111772' }, 2_000],
    ['no reset', 429, {}, undefined],
    ['the reset where nothing was refused', 503, { 'x-ratelimit-reset': '946684805' }, undefined],
    ['a reset in milliseconds', 429, { 'x-ratelimit-reset': '946684805000' }, undefined],
    ['a reset that begins otherwise', 429, { 'x-ratelimit-reset': 'x946684805' }, undefined],
    ['a reset that ends otherwise', 429, { 'x-ratelimit-reset': '946684805 s' }, undefined],
    ['a reset of no time', 429, { 'x-ratelimit-reset': '5' }, undefined],
    ['both', 429, { 'retry-after': '2', 'x-ratelimit-reset': '946684805' }, 2_000],
    [
      'nonsense and a reset',
      429,
      { 'retry-after': 'soon', 'x-ratelimit-reset': '946684805' },
      5_000,
    ],
    ['a reset in the year 5138', 429, { 'x-ratelimit-reset': '99999999999' }, undefined],
  ])('%s, in an answer with %i', (_what, status, headers, ms) => {
    expect(asked(headers, status)).toBe(ms);
  });
});

describe('the figures of a rate limit', () => {
  const figures = (limit: string, remaining: string | undefined, reset = ''): object =>
    rateHeaders(
      answer(200, {
        'x-ratelimit-limit': limit,
        ...(remaining !== undefined && { 'x-ratelimit-remaining': remaining }),
        'x-ratelimit-reset': reset,
      }),
      clock,
    );

  it('are those of the answer', () => {
    expect(figures('250', '249', '946684860')).toEqual({
      limit: 250,
      remaining: 249,
      resetAt: 946_684_860_000,
      resetInMs: 60_000,
    });
    expect(figures('250', '250')).toEqual({ limit: 250, remaining: 250 });
    expect(figures('250', '0')).toEqual({ limit: 250, remaining: 0 });
    expect(figures('250', undefined)).toEqual({ limit: 250 });
    expect(figures('250, 250;w=60', '249')).toEqual({ remaining: 249 });
  });

  it.each(['-1', '1e3', '1.5', ' 1', 'x1', '1x', '', '9'.repeat(12), '9'.repeat(400)])(
    'are no numbers where they say %j',
    (text) => expect(figures(text, text, text)).toEqual({}),
  );

  it.each([
    ['no call at all', '0', '0'],
    ['no call at all, whatever is left', '0', undefined],
    ['more left than there is', '10', '11'],
  ])('do not count where they tell of %s', (_what, limit, remaining) =>
    expect(figures(limit, remaining)).toEqual({}),
  );

  it.each([
    ['in the year 5138', '99999999999'],
    ['of 1970', '999999999'],
    ['more than a year ago', '915062399'],
    ['in more than a year', '978307201'],
  ])('have no reset %s', (_what, reset) =>
    expect(figures('1', '1', reset)).not.toHaveProperty('resetAt', expect.any(Number)),
  );

  it.each([
    ['a year ago', '915062400', 0],
    ['in a year', '978307200', 31_622_400_000],
  ])('may have a reset %s', (_what, reset, resetInMs) =>
    expect(figures('1', '1', reset)).toMatchObject({ resetAt: Number(reset) * 1_000, resetInMs }),
  );

  it('are valid or absent in an error, whatever the headers say', () => {
    fc.assert(
      fc.property(hostileHeaders(clock.now()), (headers) => {
        const { limit, remaining, resetAt, retryAfterMs } = rateLimitFields(
          answer(429, headers),
          clock,
        );
        if (limit !== undefined) expect(Number.isSafeInteger(limit) && limit > 0).toBe(true);
        if (remaining !== undefined)
          expect(
            Number.isSafeInteger(remaining) && remaining >= 0 && remaining <= (limit ?? remaining),
          ).toBe(true);
        if (resetAt !== undefined) expect(resetAt.toISOString()).toMatch(/^\d{4}-/);
        if (retryAfterMs !== undefined)
          expect(Number.isFinite(retryAfterMs) && retryAfterMs >= 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
