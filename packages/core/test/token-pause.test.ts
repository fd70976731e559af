import { describe, expect, it } from 'vitest';
import { ConfigError, ReauthRequiredError, TokenError } from '../src/errors.js';
import { backoffMs, failureIn, isPairRefused, type Pause, pauseAfter } from '../src/token-pause.js';

const NOW_MS = 5_000;
const NOW = { monotonic: NOW_MS, random: 0 };

const down = (fields = {}): TokenError => new TokenError('down', { retryable: true, ...fields });
const wrongPair = (fields = {}): TokenError =>
  new TokenError('No.', { code: 'invalid_client', status: 400, ...fields });

/** The pauses after so many failures in a row, in milliseconds. */
const pausesAfter = (times: number, failure: TokenError, random = 0): number[] => {
  const pauses: Pause[] = [];
  for (let time = 0; time < times; time += 1) {
    const pause = pauseAfter(failure, pauses.at(-1), { monotonic: NOW_MS, random });
    if (pause) pauses.push(pause);
  }
  return pauses.map(({ until }) => until - NOW_MS);
};

const DOUBLING_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];

describe('the pause after a failed token request', () => {
  it('is 1, 2, 4 … 30 s, the longer the more have failed in a row', () => {
    expect(pausesAfter(7, down())).toEqual(DOUBLING_MS);
  });

  it('is the same whether the failure may pass or not', () => {
    expect(pausesAfter(7, down({ retryable: false }))).toEqual(DOUBLING_MS);
  });

  it('is at most a tenth longer, so that clients do not all come back at once, and never shorter', () => {
    const longest = pausesAfter(7, down(), 0.999);
    for (const [at, ms] of DOUBLING_MS.entries()) {
      expect(longest[at]).toBeGreaterThan(ms * 1.09);
      expect(longest[at]).toBeLessThan(ms * 1.1);
    }
  });

  it.each([
    ['as long as asked', 3_000, 3_000],
    ['up to 15 minutes', 900_000, 900_000],
    ['no longer than 15 minutes', 86_400_000, 900_000],
    ['no shorter than a second', 0, 1_000],
  ])('is %s where the endpoint asks for one', (_what, retryAfterMs, pauseMs) => {
    const pause = pauseAfter(down({ retryAfterMs }), undefined, { ...NOW, random: 0.9 });
    expect(pause).toMatchObject({ until: NOW_MS + pauseMs, askedUntil: NOW_MS + retryAfterMs });
  });

  it('goes on from the failures before where the endpoint no longer asks for one', () => {
    const first = pauseAfter(down({ retryAfterMs: 30_000 }), undefined, NOW);
    expect(pauseAfter(down(), first, NOW)).toMatchObject({
      failures: 2,
      until: NOW_MS + 2_000,
      askedUntil: NOW_MS + 2_000,
    });
  });

  it('is a second, each time, after a refused pair: it may be replaced at any moment', () => {
    expect(pausesAfter(3, wrongPair(), 0.9)).toEqual([1_000, 1_000, 1_000]);
  });

  it('is no longer after a refused pair where that asks for more, and the failure says how much', () => {
    const pause = pauseAfter(wrongPair({ retryAfterMs: 16_000 }), undefined, NOW);
    expect(pause).toMatchObject({ until: NOW_MS + 1_000, askedUntil: NOW_MS + 16_000 });
  });

  it('counts a refused pair as no failure of the endpoint', () => {
    const second = pauseAfter(down(), pauseAfter(down(), undefined, NOW), NOW);
    const between = pauseAfter(wrongPair(), second, NOW);
    expect(pauseAfter(down(), between, NOW)).toMatchObject({ failures: 3, until: NOW_MS + 4_000 });
  });

  it.each<readonly [string, unknown]>([
    ['only another consent helps', new ReauthRequiredError('revoked', { code: 'invalid_grant' })],
    ['the program is wrong', new ConfigError('wrong')],
    ['it was no request that failed', new Error('gone')],
  ])('is none if %s', (_what, error) => {
    expect(pauseAfter(error, pauseAfter(down(), undefined, NOW), NOW)).toBeUndefined();
  });
});

describe('who asks in a pause', () => {
  it('is told the same failure, and how long the pause still lasts', () => {
    const pause: Pause = { error: down(), failures: 1, until: 8_000, askedUntil: 8_000 };
    expect(failureIn(pause, 5_500.5)).toMatchObject({
      name: 'TokenError',
      message: 'down',
      retryable: true,
      retryAfterMs: 2_500,
    });
    expect(pause.error.retryAfterMs).toBeUndefined();
  });

  it.each([
    ['how long the endpoint asks for, if that is longer', 905_000, 86_405_000, 86_400_000],
    ['how long nothing is sent, if that is longer', 6_000, 5_000, 1_000],
    ['that it is over', 4_000, 4_000, 0],
  ])('is told %s', (_what, until, askedUntil, retryAfterMs) => {
    const pause: Pause = { error: down(), failures: 1, until, askedUntil };
    expect(failureIn(pause, NOW_MS).retryAfterMs).toBe(retryAfterMs);
  });
});

describe('the pause of anything that fails', () => {
  it.each([
    [0, 0, 1_000],
    [0, 0.5, 1_050],
    [4, 0, 16_000],
    [5, 0, 30_000],
    [5, 0.5, 31_500],
    [2_000, 0, 30_000],
  ])('after %i failures is, at a random %f, %i ms', (failures, random, ms) => {
    expect(backoffMs(failures, random)).toBe(ms);
  });
});

describe('a pair is refused', () => {
  it.each<readonly [string, object, boolean]>([
    ['by the code of OAuth', { code: 'invalid_client', status: 400 }, true],
    ['by 401, in a version without codes', { status: 401 }, true],
    ['by 403, as the legacy API does', { status: 403 }, true],
    ['not by 401 with another code', { code: 'invalid_grant', status: 401 }, false],
    ['not by another status without a code', { status: 400 }, false],
    ['not by a failure without an answer', {}, false],
  ])('%s', (_what, fields, isRefused) => {
    expect(isPairRefused(new TokenError('No.', fields))).toBe(isRefused);
  });
});
