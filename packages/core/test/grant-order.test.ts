import { describe, expect, it } from 'vitest';
import {
  ApiError,
  type ApiErrorFields,
  ConnectionError,
  ReauthRequiredError,
  TokenError,
} from '../src/errors.js';
import {
  brought,
  failed,
  type GrantOrder,
  grantOrder,
  isNewConsent,
  learn,
  nextGrant,
  originOf,
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
      origins: [],
      spent: [],
      refreshToken: undefined,
      refused: [],
      learnt: undefined,
    });
  });
});

describe('the next grant', () => {
  it.each<readonly [string, Grant, Known, Grant | undefined]>([
    ['of an app is its own, however often it was used', APP, { spent: ['c'] }, APP],
    ['is the code that was not used', CODE, {}, CODE],
    [
      'is the refresh token that a code brought',
      CODE,
      { refreshToken: 'r-1', spent: ['c'] },
      refresh('r-1'),
    ],
    ['is none after a code that brought nothing', CODE, { spent: ['c'] }, undefined],
    [
      'is the code of a new consent before the stored refresh token',
      CODE,
      { refreshToken: 'r-1', spent: ['earlier', 'r-0'] },
      CODE,
    ],
    [
      'is the refresh token of a new consent before the stored one',
      FIRST,
      { refreshToken: 'r-1', spent: ['earlier'] },
      FIRST,
    ],
    [
      'is the stored refresh token where the one of the program was used before',
      FIRST,
      { refreshToken: 'r-2', spent: ['r-0', 'r-1'] },
      refresh('r-2'),
    ],
    [
      'is the refresh token of the program where the same one is stored',
      FIRST,
      { refreshToken: 'r-0' },
      FIRST,
    ],
    [
      'is the new code where the stored refresh token was refused',
      CODE,
      { refreshToken: 'r-1', refused: ['r-1'] },
      CODE,
    ],
    [
      'is the stored refresh token where the new one was refused',
      FIRST,
      { refreshToken: 'r-1', refused: ['r-0'] },
      refresh('r-1'),
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
      { refreshToken: 'r-1', refused: ['r-1'], spent: ['r-0'] },
      undefined,
    ],
    [
      'is the stored refresh token where the program leaves it to the store',
      RESUMED,
      { refreshToken: 'r-1' },
      refresh('r-1'),
    ],
    ['is none where the program leaves it to a store that has none', RESUMED, {}, undefined],
  ])('%s', (_what, first, known, next) => {
    expect(nextGrant(orderOf(first, known))).toEqual(next);
  });
});

describe('a new consent', () => {
  it.each<readonly [string, Grant, Known]>([
    ['a code that nobody used', CODE, { refreshToken: 'r-1', spent: ['earlier'] }],
    ['a refresh token that nobody used', FIRST, { refreshToken: 'r-1' }],
    ['a code, where nothing is known', CODE, {}],
  ])('is %s', (_what, first, known) => {
    expect(isNewConsent(orderOf(first, known))).toBe(true);
  });

  it.each<readonly [string, Grant, Known]>([
    ['a code that was used before', CODE, { refreshToken: 'r-1', spent: ['c'] }],
    ['a refresh token that was used before', FIRST, { refreshToken: 'r-1', spent: ['r-0'] }],
    ['the refresh token that is stored', FIRST, { refreshToken: 'r-0' }],
    ['one that was refused', FIRST, { refused: ['r-0'] }],
    ['what is in the store', RESUMED, { refreshToken: 'r-1' }],
    ['the grant of an app', APP, {}],
  ])('is not %s', (_what, first, known) => {
    expect(isNewConsent(orderOf(first, known))).toBe(false);
  });
});

describe('what a grant uses up', () => {
  it.each<readonly [string, Grant, string | undefined]>([
    ['its code', CODE, 'c'],
    ['its refresh token', FIRST, 'r-0'],
    ['nothing, if it leaves that to the store', RESUMED, undefined],
    ['nothing, if it is of an app', APP, undefined],
  ])('is %s', (_what, grant, used) => {
    expect(originOf(grant)).toBe(used);
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
      stored({ refreshToken: 'r-1', spent: ['r-0'] }),
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
      { refreshToken: 'r-2' },
    ],
    [
      'keeps the refresh token where it finds none',
      FIRST,
      { refreshToken: 'r-1' },
      stored({}),
      { refreshToken: 'r-1' },
    ],
    [
      'takes over no refresh token that this client has spent: it was saved late',
      FIRST,
      { refreshToken: 'r-2', spent: ['r-0', 'r-1'], learnt: 'v-1' },
      stored({ refreshToken: 'r-1', spent: ['r-0'] }),
      { refreshToken: 'r-2', spent: ['r-0', 'r-1'] },
    ],
    [
      'shows that the code was used before a restart',
      CODE,
      {},
      stored({ refreshToken: 'r-1', spent: ['c'] }),
      { refreshToken: 'r-1', spent: ['c'] },
    ],
    [
      'leaves the code of a new consent unused',
      CODE,
      {},
      stored({ refreshToken: 'r-1', spent: ['earlier'] }),
      { refreshToken: 'r-1', spent: ['earlier'] },
    ],
    [
      'does not make a used code good again',
      CODE,
      { spent: ['c'] },
      stored({ refreshToken: 'r-1', spent: ['earlier'] }),
      { refreshToken: 'r-1', spent: ['earlier', 'c'] },
    ],
    [
      'says nothing of a use where neither side knows of one',
      RESUMED,
      {},
      stored({ refreshToken: 'r-1' }),
      { refreshToken: 'r-1' },
    ],
  ])('%s', (_what, first, known, found, learnt) => {
    expect(learn(orderOf(first, known), found)).toEqual(
      orderOf(first, { ...learnt, learnt: 'v-2' }),
    );
  });

  it('remembers the last 20 that were used, those of this client before others', () => {
    const names = (from: string): string[] =>
      Array.from({ length: 20 }, (_, at) => `${from}-${at}`);
    const [, ...ours] = names('ours');
    const found = stored({ refreshToken: 'r-1', spent: names('theirs') });
    const { spent } = learn(orderOf(FIRST, { spent: ours }), found);
    expect(spent).toEqual(['theirs-19', ...ours]);
  });
});

describe('a grant that worked', () => {
  it.each<readonly [string, Grant, Known, Grant, string | undefined, Known]>([
    ['code', CODE, {}, CODE, 'r-1', { refreshToken: 'r-1', origins: ['c'], spent: ['c'] }],
    [
      'code, without a refresh token: the one of an earlier consent is forgotten',
      CODE,
      { refreshToken: 'r-1', refused: ['r-1'] },
      CODE,
      undefined,
      { refreshToken: undefined, refused: ['r-1'], origins: ['c'], spent: ['c'] },
    ],
    [
      'first refresh token, which goes on being used where no other came',
      FIRST,
      {},
      FIRST,
      undefined,
      { refreshToken: 'r-0', origins: ['r-0'], spent: ['r-0'] },
    ],
    [
      'stored refresh token: the first one was not used',
      FIRST,
      { refreshToken: 'r-1' },
      refresh('r-1'),
      'r-2',
      { refreshToken: 'r-2', spent: ['r-1'] },
    ],
    [
      'refresh token after a code: the code stays used',
      CODE,
      { refreshToken: 'r-1', spent: ['c'] },
      refresh('r-1'),
      'r-2',
      { refreshToken: 'r-2', spent: ['c', 'r-1'] },
    ],
    ['grant of an app', APP, {}, APP, undefined, {}],
  ])('is remembered: %s', (_what, first, known, grant, refreshToken, next) => {
    expect(brought(orderOf(first, known), grant, refreshToken)).toEqual(orderOf(first, next));
  });

  it('is used again where no other refresh token came, though it was sent', () => {
    const kept = brought(orderOf(FIRST), FIRST, undefined);
    expect(nextGrant(kept)).toEqual(FIRST);
    expect(nextGrant(brought(kept, FIRST, 'r-1'))).toEqual(refresh('r-1'));
  });

  it('is one of the 20 that are remembered, each once', () => {
    const sent = Array.from({ length: 24 }, (_, at) => `r-${at}`);
    const order = [...sent, 'r-10'].reduce(
      (before, one) => brought(before, refresh(one), undefined),
      grantOrder(FIRST),
    );
    expect(order.spent).toEqual(sent.slice(-20));
  });
});

describe('a grant that failed', () => {
  const answered = (fields: ApiErrorFields): ApiError =>
    new ApiError('400', { attempts: 1, problems: [{ code: 'invalid_grant' }], ...fields });
  const refusal = (cause?: unknown): ReauthRequiredError =>
    new ReauthRequiredError('refused', { code: 'invalid_grant', cause });

  it.each<readonly [string, Grant, unknown, Known]>([
    [
      'a code whose answer was lost',
      CODE,
      new ConnectionError('lost', { attempts: 1 }),
      { origins: ['c'], spent: ['c'] },
    ],
    [
      'a code that was refused',
      CODE,
      refusal(answered({ status: 400 })),
      { origins: ['c'], spent: ['c'] },
    ],
    ['a code of whose refusal no more is known', CODE, refusal(), { refused: ['r-1', 'c'] }],
    ['a refresh token that was refused', refresh('r-2'), refusal(), { refused: ['r-1', 'r-2'] }],
  ])('is not used again: %s', (_what, grant, error, changed) => {
    const order = orderOf(CODE, { refused: ['r-1'] });
    expect(failed(order, grant, error)).toEqual({ ...order, ...changed });
  });

  it('is one of the last 20 that are remembered', () => {
    const sent = Array.from({ length: 24 }, (_, at) => `r-${at}`);
    const order = sent.reduce(
      (before, one) => failed(before, refresh(one), refusal()),
      grantOrder(FIRST),
    );
    expect(order.refused).toEqual(sent.slice(-20));
  });

  it.each<readonly [string, Grant, unknown]>([
    ['a code that was not sent', CODE, new ConnectionError('down', { outcome: 'not-sent' })],
    [
      'a code whose endpoint may take it later',
      CODE,
      new TokenError('503', {
        code: 'invalid_grant',
        retryable: true,
        cause: answered({ status: 503, retryable: true }),
      }),
    ],
    [
      'a code whose pair was refused',
      CODE,
      new TokenError('401', {
        code: 'invalid_client',
        cause: answered({ status: 401, problems: [{ code: 'invalid_client' }] }),
      }),
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

describe('a code or refresh token that a client began with', () => {
  const refreshes = Array.from({ length: 50 }, (_, at) => `r-${at + 1}`);

  it.each([
    ['code', CODE],
    ['refresh token', FIRST],
  ])('is used for good, however often was refreshed since: a %s', (_what, first) => {
    const began = brought(grantOrder(first), first, 'r-1');
    const order = refreshes.reduce(
      (before, refreshToken) =>
        brought(before, { type: 'refresh_token', refreshToken }, `${refreshToken}+`),
      began,
    );
    expect(isNewConsent(order)).toBe(false);
    // A client that starts anew knows it of the store.
    const { origins, refreshToken, spent } = order;
    const again = learn(grantOrder(first), {
      record: { value: 'a', refreshToken, origins, spent, obtainedAt: 0, expiresAt: 1 },
      version: 'v',
    });
    expect(isNewConsent(again)).toBe(false);
    expect(nextGrant(again)).toEqual({ type: 'refresh_token', refreshToken });
  });
});
