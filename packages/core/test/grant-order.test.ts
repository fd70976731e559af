import { describe, expect, it } from 'vitest';
import {
  ApiError,
  ConnectionError,
  type ErrorFields,
  ReauthRequiredError,
  TokenError,
} from '../src/errors.js';
import {
  brought,
  failed,
  type GrantOrder,
  grantOrder,
  learn,
  nextGrant,
} from '../src/grant-order.js';
import type { Grant } from '../src/grants.js';
import type { StoredToken } from '../src/token-store.js';

const APP: Grant = { type: 'client_credentials' };
const CODE: Grant = { type: 'authorization_code', code: 'c', redirectUri: 'https://app.example/' };
const refresh = (refreshToken: string): Grant => ({ type: 'refresh_token', refreshToken });
const FIRST = refresh('r-0');
/** The user's tokens are in the store. */
const RESUMED: Grant = { type: 'refresh_token' };

type Known = Partial<Omit<GrantOrder, 'first'>>;

const orderOf = (first: Grant, known: Known = {}): GrantOrder => ({
  ...grantOrder(first),
  ...known,
});

describe('the order of grants', () => {
  it('begins with the grant that the client was made with, and nothing else', () => {
    expect(grantOrder(CODE)).toEqual({
      first: CODE,
      isFirstSpent: false,
      refreshToken: undefined,
      refused: [],
      learnt: undefined,
    });
  });
});

describe('the next grant', () => {
  it.each<readonly [string, Grant, Known, Grant | undefined]>([
    ['of an app is its own, however often it was used', APP, { isFirstSpent: true }, APP],
    ['is the code that was not used', CODE, {}, CODE],
    ['is the refresh token that a code brought', CODE, { refreshToken: 'r-1' }, refresh('r-1')],
    ['is none after a code that brought nothing', CODE, { isFirstSpent: true }, undefined],
    [
      'is the new code where the stored refresh token was refused',
      CODE,
      { refreshToken: 'r-1', refused: ['r-1'] },
      CODE,
    ],
    [
      'is the refresh token of the program where the stored one was refused',
      FIRST,
      { refreshToken: 'r-1', refused: ['r-1'] },
      FIRST,
    ],
    [
      'is none where both were refused',
      FIRST,
      { refreshToken: 'r-1', refused: ['r-0', 'r-1'] },
      undefined,
    ],
    [
      'is none where the one was refused and the other used',
      FIRST,
      { refreshToken: 'r-1', refused: ['r-1'], isFirstSpent: true },
      undefined,
    ],
    ['is none where the program leaves it to a store that has none', RESUMED, {}, undefined],
  ])('%s', (_what, first, known, next) => {
    expect(nextGrant(orderOf(first, known))).toEqual(next);
  });
});

describe('a look into the store', () => {
  const stored = (fields: Partial<StoredToken['record']>): StoredToken => ({
    record: { value: 'a', obtainedAt: 0, expiresAt: 900_000, ...fields },
    version: 'v-2',
  });

  it.each<readonly [string, Grant, Known, StoredToken | undefined]>([
    ['that finds nothing', FIRST, { refreshToken: 'r-1' }, undefined],
    [
      'that finds what it found before: memory is ahead of a store that cannot save',
      FIRST,
      { refreshToken: 'r-2', learnt: 'v-2' },
      stored({ refreshToken: 'r-1', origin: 'r-0' }),
    ],
  ])('%s changes nothing', (_what, first, known, found) => {
    const order = orderOf(first, known);
    expect(learn(order, found)).toBe(order);
  });

  it.each<readonly [string, Grant, Known, StoredToken, Known]>([
    [
      'takes over a refresh token',
      FIRST,
      { refreshToken: 'r-1', learnt: 'v-1' },
      stored({ refreshToken: 'r-2' }),
      { refreshToken: 'r-2', isFirstSpent: false },
    ],
    [
      'keeps the refresh token where it finds none',
      FIRST,
      { refreshToken: 'r-1' },
      stored({}),
      { refreshToken: 'r-1', isFirstSpent: false },
    ],
    [
      'shows that the code was used before a restart',
      CODE,
      {},
      stored({ refreshToken: 'r-1', origin: 'c' }),
      { refreshToken: 'r-1', isFirstSpent: true },
    ],
    [
      'leaves the code of a new consent unused',
      CODE,
      {},
      stored({ refreshToken: 'r-1', origin: 'earlier' }),
      { refreshToken: 'r-1', isFirstSpent: false },
    ],
    [
      'does not make a used code good again',
      CODE,
      { isFirstSpent: true },
      stored({ refreshToken: 'r-1', origin: 'earlier' }),
      { refreshToken: 'r-1', isFirstSpent: true },
    ],
    [
      'says nothing of a use where neither side has an origin',
      RESUMED,
      {},
      stored({ refreshToken: 'r-1' }),
      { refreshToken: 'r-1', isFirstSpent: false },
    ],
  ])('%s', (_what, first, known, found, learnt) => {
    expect(learn(orderOf(first, known), found)).toEqual(
      orderOf(first, { ...learnt, learnt: 'v-2' }),
    );
  });
});

describe('a grant that worked', () => {
  it.each<readonly [string, Grant, Known, Grant, string | undefined, Known]>([
    ['code', CODE, {}, CODE, 'r-1', { refreshToken: 'r-1', isFirstSpent: true }],
    [
      'code, without a refresh token: an earlier one stays',
      CODE,
      { refreshToken: 'r-1', refused: ['r-1'] },
      CODE,
      undefined,
      { refreshToken: 'r-1', refused: ['r-1'], isFirstSpent: true },
    ],
    [
      'first refresh token, which goes on being used where no other came',
      FIRST,
      {},
      FIRST,
      undefined,
      { refreshToken: 'r-0', isFirstSpent: true },
    ],
    [
      'stored refresh token: the first one was not used',
      FIRST,
      { refreshToken: 'r-1' },
      refresh('r-1'),
      'r-2',
      { refreshToken: 'r-2', isFirstSpent: false },
    ],
    [
      'refresh token after a code: the code stays used',
      CODE,
      { refreshToken: 'r-1', isFirstSpent: true },
      refresh('r-1'),
      'r-2',
      { refreshToken: 'r-2', isFirstSpent: true },
    ],
  ])('is remembered: %s', (_what, first, known, grant, refreshToken, next) => {
    expect(brought(orderOf(first, known), grant, refreshToken)).toEqual(orderOf(first, next));
  });
});

describe('a grant that failed', () => {
  const answered = (fields: ErrorFields): ApiError =>
    new ApiError('400', { attempts: 1, problems: [{ code: 'invalid_grant' }], ...fields });
  const refusal = (cause?: unknown): ReauthRequiredError =>
    new ReauthRequiredError('refused', { code: 'invalid_grant', cause });

  it.each<readonly [string, Grant, unknown, Known]>([
    [
      'a code whose answer was lost',
      CODE,
      new ConnectionError('lost', { attempts: 1 }),
      { isFirstSpent: true },
    ],
    ['a code that was refused', CODE, refusal(answered({ status: 400 })), { isFirstSpent: true }],
    ['a refresh token that was refused', refresh('r-2'), refusal(), { refused: ['r-1', 'r-2'] }],
  ])('is not used again: %s', (_what, grant, error, changed) => {
    const order = orderOf(CODE, { refused: ['r-1'] });
    expect(failed(order, grant, error)).toEqual({ ...order, ...changed });
  });

  it.each<readonly [string, Grant, unknown]>([
    ['a code that was not sent', CODE, new ConnectionError('down', { outcome: 'not-sent' })],
    [
      'a code whose endpoint may take it later',
      CODE,
      refusal(answered({ status: 503, retryable: true })),
    ],
    [
      'a refresh token, if a consent is missing for another reason',
      FIRST,
      new ReauthRequiredError('later', { code: 'login_required' }),
    ],
    [
      'a refresh token, if only the code of the error says that it was refused',
      FIRST,
      new TokenError('odd', { code: 'invalid_grant' }),
    ],
    ['a refresh token whose endpoint is down', FIRST, new TokenError('503', { retryable: true })],
    ['the grant of an app', APP, refusal()],
  ])('may be used again: %s', (_what, grant, error) => {
    const order = orderOf(grant);
    expect(failed(order, grant, error)).toBe(order);
  });
});
