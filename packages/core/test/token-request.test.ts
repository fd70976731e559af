import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  ApiError,
  ConfigError,
  ConnectionError,
  type ErrorFields,
  RateLimitError,
  ReauthRequiredError,
  ResponseError,
  SdkError,
  TimeoutError,
  TokenError,
} from '../src/errors.js';
import type { Grant } from '../src/grants.js';
import type { SdkEvent } from '../src/observe.js';
import type { CallOptions } from '../src/operation.js';
import { sleep } from '../src/time.js';
import type { TokenResponse } from '../src/token-endpoint.js';
import { mayHaveSpent } from '../src/token-failure.js';
import { requestToken, type TokenRequester } from '../src/token-request.js';
import type { TokenRecord } from '../src/token-store.js';
import { expectFields, fails } from './api.js';
import { manualClock } from './manual-clock.js';

const APP: Grant = { type: 'client_credentials' };
const CODE: Grant = { type: 'authorization_code', code: 'c', redirectUri: 'https://a.example/' };
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'r' };

/** What the endpoint does: it throws an error, or answers. */
type Outcome = Error | TokenResponse | undefined;
const GOOD: Outcome = { access_token: 'a', expires_in: 900 };

interface SetUp {
  readonly tookMs?: number;
  /** Of the pairs that the program gives, one after the other; or what it throws instead. */
  readonly ids?: readonly (Error | string)[];
}

/** An endpoint with one outcome per request, the last one again and again; each takes `tookMs`. */
const setUp = (grant: Grant, outcomes: readonly Outcome[], more: SetUp = {}) => {
  const { tookMs = 0, ids = [] } = more;
  const clock = manualClock();
  const leaving = new AbortController();
  const events: SdkEvent[] = [];
  const asked: { readonly atMs: number; readonly options: CallOptions }[] = [];
  const startedAt = clock.monotonic();
  let pairs = 0;
  const requester: TokenRequester<Grant> = {
    endpoint: {
      grants: ['authorization_code', 'client_credentials', 'refresh_token'],
      defaultLifetimeMs: 300_000,
      requestToken: async (_transport, _parameters, options) => {
        asked.push({ atMs: clock.monotonic() - startedAt, options });
        const outcome = outcomes[Math.min(asked.length, outcomes.length) - 1];
        await sleep(clock, tookMs, leaving.signal);
        if (outcome instanceof Error) throw outcome;
        return outcome as TokenResponse;
      },
    },
    transport: { call: () => expect.unreachable() },
    credentials: async () => {
      pairs += 1;
      const clientId = ids[pairs - 1] ?? 'id';
      if (clientId instanceof Error) throw clientId;
      return { clientId, clientSecret: 'secret' };
    },
    clock,
    random: () => 0,
    tell: (event) => events.push(event),
  };
  /** Lets this time pass over a request. */
  const request = async (ms = 15_000): Promise<TokenRecord> => {
    const token = requestToken(requester, grant, leaving.signal);
    token.catch(() => {});
    await clock.advance(ms);
    return token;
  };
  const error = (): Promise<unknown> => fails(request());
  return { asked, clock, error, events, leaving, pairs: () => pairs, request };
};

const ONCE = { operation: 'getToken', attempts: 1 };
const api = (code: string, fields: ErrorFields = {}): ApiError =>
  new ApiError(`${code}.`, { ...ONCE, status: 400, problems: [{ code }], ...fields });
const unreached = (code: string, fields: ErrorFields = {}): ConnectionError =>
  new ConnectionError(`${code}.`, { ...ONCE, code, ...fields });
const unread = (reason: ResponseError['reason']): ResponseError =>
  new ResponseError(`${reason}.`, { ...ONCE, reason });

const EMPTY = "The token endpoint's answer cannot be used: it is empty.";
const UNREACHED =
  'The token endpoint gave no usable answer: check baseUrl and the network; `cause` has more.';
const CONSENT = 'Ask the user for consent again and use the new code.';
const NEW_CODE = `${CONSENT} A code can be used once, and soon expires (assumption code-lifetime).`;
const SPENT = ' The code may be used up: it is not sent again.';
const LOST = ' The answer to an earlier refresh was lost: it may have used up the refresh token.';

describe('a token request', () => {
  it.each([
    ['may be repeated at will for the own grant of an app', APP, { limit: 2 }],
    ['is repeated once for a refresh token', REFRESH, { limit: 1, unsafe: true }],
    ['is repeated for a code only if it surely was not used', CODE, { limit: 2, unsafe: false }],
  ])('%s', async (_what, grant, retry) => {
    const { asked, request } = setUp(grant, [GOOD]);
    await request();
    expect(asked.map(({ options }) => options)).toMatchObject([
      { timeoutMs: 15_000, retry: { baseMs: 250, maxMs: 4_000, ...retry } },
    ]);
  });

  it('tells what was odd about an answer that it could use', async () => {
    const { clock, events, request } = setUp(APP, [{ access_token: 'a' }]);
    const obtainedAt = clock.now();
    const expiresAt = obtainedAt + 300_000;
    expect(await request()).toEqual({ value: 'a', obtainedAt, expiresAt });
    const message = 'The token answer states no expires_in; 300 s are assumed.';
    expect(events).toEqual([{ type: 'warning', message }]);
  });

  it.each([
    ['a token came', GOOD],
    ['none came', api('invalid_scope')],
  ])('leaves no timer and no listener behind when %s', async (_what, outcome) => {
    const { clock, leaving, request } = setUp(APP, [outcome]);
    await request(0).catch(() => {});
    expect([clock.pending(), getEventListeners(leaving.signal, 'abort')]).toEqual([0, []]);
  });
});

describe('an answer that broke off', () => {
  it.each([
    ['cannot be read', unread('unreadable')],
    ['is empty', undefined],
  ])('is asked for again after a pause if it %s', async (_what, outcome) => {
    const { asked, request } = setUp(APP, [outcome, outcome, GOOD]);
    expect(await request()).toMatchObject({ value: 'a' });
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 125, 375]);
  });

  it.each<readonly [what: string, Grant, Outcome, times: number, told: object]>([
    ['it cannot be read', APP, unread('unreadable'), 3, { reason: 'unreadable' }],
    ['it is empty', APP, undefined, 3, { reason: 'empty', message: EMPTY }],
    ['it is whole, but too large', APP, unread('too-large'), 1, { reason: 'too-large' }],
    ['it is whole, but no token', APP, {}, 1, { reason: 'unusable' }],
    ['a refresh token was sent', REFRESH, unread('unreadable'), 1, { reason: 'unreadable' }],
    ['a refresh token was sent', REFRESH, undefined, 1, { reason: 'empty', message: EMPTY }],
    ['a code was sent', CODE, undefined, 1, { reason: 'empty', message: EMPTY + SPENT }],
  ])('is told in the end: %s', async (_what, grant, outcome, times, told) => {
    const { asked, error } = setUp(grant, [outcome]);
    const failure = await error();
    expect(failure).toBeInstanceOf(TokenError);
    expect(failure).toMatchObject(told);
    expect(asked).toHaveLength(times);
  });

  it('is not asked for again when the time is over', async () => {
    const { asked, error } = setUp(APP, [undefined], { tookMs: 14_900 });
    const failure = await error();
    expect(failure).toBeInstanceOf(TokenError);
    expect(failure).toMatchObject({ message: 'No token came within 15000 ms.', retryable: true });
    expect(asked).toHaveLength(1);
  });
});

describe('a failure of the token endpoint', () => {
  const limits = { status: 429, retryable: true, retryAfterMs: 3_000, hint: 'Wait.' };
  const limited = new RateLimitError('429.', { ...ONCE, ...limits });
  const late = { ...ONCE, attempts: 2, retryable: true };
  const pair = { hint: 'Check the pair.', traceId: 't-1' };
  const down = { status: 503, retryable: true, attempts: 3 };

  /** What is told of this failure: what it says itself, and what follows from it. */
  const toldOf = (name: string, failure: SdkError, { note = '', ...more }): object => {
    const { operation, status, retryable, attempts, traceId, message } = failure;
    const kept = { operation, status, retryable, attempts, traceId };
    // What the endpoint said needs no guess.
    const hint = failure instanceof ApiError ? undefined : UNREACHED;
    return { name, message: message + note, ...kept, hint, cause: failure, ...more };
  };

  it.each<readonly [what: string, Grant, SdkError, more: { hint?: string }]>([
    ['a pair that is refused', APP, api('invalid_client', pair), { hint: 'Check the pair.' }],
    ['a refused app', APP, api('invalid_grant'), {}],
    ['a request that is wrong beside its code', CODE, api('invalid_scope'), {}],
    ['a request that is wrong beside its refresh token', REFRESH, api('invalid_scope'), {}],
    ['too many requests', REFRESH, limited, { hint: 'Wait.' }],
    ['an endpoint that is down', CODE, api('unavailable', down), {}],
    ['a code that was not sent', CODE, unreached('ENOTFOUND', { retryable: true }), {}],
    ['a refused certificate', CODE, unreached('CERT_HAS_EXPIRED', { outcome: 'not-sent' }), {}],
    ['a lost refresh', REFRESH, new TimeoutError('Late.', { ...late, limitMs: 15_000 }), {}],
    ['a broken connection of an app', APP, unreached('ECONNRESET'), {}],
    ['a broken connection of a refresh', REFRESH, unreached('ECONNRESET'), {}],
  ])('is a missing token: %s', async (_what, grant, thrown, more) => {
    const { asked, error } = setUp(grant, [thrown]);
    const failure = await error();
    expectFields(failure, toldOf('TokenError', thrown, more));
    expectFields(failure, {
      code: thrown instanceof ApiError ? thrown.code : undefined,
      retryAfterMs: thrown instanceof RateLimitError ? 3_000 : undefined,
      reason: undefined,
    });
    expect(asked).toHaveLength(1);
  });

  it.each<readonly [what: string, Grant, SdkError, more: { note?: string; hint: string }]>([
    ['code', CODE, api('invalid_grant'), { hint: NEW_CODE }],
    ['refresh token', REFRESH, api('invalid_grant'), { hint: CONSENT }],
    [
      'refresh token after a lost answer',
      REFRESH,
      api('invalid_grant', { attempts: 2 }),
      { hint: CONSENT, note: LOST },
    ],
  ])('ends a consent if it refuses a %s', async (_what, grant, thrown, more) => {
    const { asked, error } = setUp(grant, [thrown]);
    const told = toldOf('ReauthRequiredError', thrown, more);
    expectFields(await error(), { ...told, code: 'invalid_grant' });
    expect(asked).toHaveLength(1);
  });

  it.each<readonly [what: string, SdkError]>([
    ['was lost', unreached('ECONNRESET')],
    ['cannot be read', unread('unreadable')],
  ])('ends a consent if the answer to its code %s', async (_what, thrown) => {
    const { asked, error } = setUp(CODE, [thrown]);
    const told = toldOf('ReauthRequiredError', thrown, { hint: NEW_CODE, note: SPENT });
    expectFields(await error(), { ...told, code: undefined });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['a wrong option', new ConfigError("The option 'headers' is wrong.")],
    ['a caller that left', new Error('gone')],
  ])('is not %s: that is told as it is', async (_what, thrown) => {
    expect(await setUp(CODE, [thrown]).error()).toBe(thrown);
  });
});

describe('another pair', () => {
  it.each<readonly [what: string, Error, times: number]>([
    ['goes where the pair was refused', api('invalid_client'), 2],
    ['is not asked for where the grant was refused', api('invalid_grant'), 1],
    ['is not asked for where nothing was sent', new ConfigError('wrong'), 1],
  ])('%s', async (_what, thrown, times) => {
    const { asked, error, pairs } = setUp(APP, [thrown], { ids: ['old', 'new', 'newer'] });
    expect(await error()).toBeInstanceOf(SdkError);
    expect([asked.length, pairs()]).toEqual([times, times]);
  });

  it('is not asked for where there was none to begin with', async () => {
    const none = new TokenError('The vault refused us.', { code: 'invalid_client' });
    const { asked, error, pairs } = setUp(APP, [GOOD], { ids: [none] });
    expect(await error()).toBe(none);
    expect([asked.length, pairs()]).toEqual([0, 1]);
  });
});

describe('what was sent', () => {
  const lost = unreached('ECONNRESET', { cause: new Error('reset') });
  const unsent = unreached('ENOTFOUND', { outcome: 'not-sent' });

  it.each<readonly [what: string, unknown]>([
    ['its answer was lost', lost],
    ['its answer cannot be read', unread('unreadable')],
    ['its answer is empty', new TokenError(EMPTY, { reason: 'empty' })],
    ['it was refused', api('invalid_grant')],
    ['one of these is behind a missing token', new TokenError('lost', { cause: lost })],
    ['one of these is behind a missing consent', new ReauthRequiredError('lost', { cause: lost })],
  ])('may be used up if %s', (_what, error) => {
    expect(mayHaveSpent(error)).toBe(true);
  });

  it.each<readonly [what: string, unknown]>([
    ['no request was made', unsent],
    ['the endpoint takes it later', api('unavailable', { status: 503, retryable: true })],
    ['the pair was refused', api('invalid_client')],
    ['the certificate was refused', unreached('CERT_HAS_EXPIRED', { outcome: 'not-sent' })],
    ['one of these is behind a missing token', new TokenError('no token', { cause: unsent })],
    [
      'the time was over between two requests',
      new TokenError('no token', { attempts: 1, outcome: 'not-sent' }),
    ],
    ['the caller left', new Error('gone')],
    ['nothing failed', undefined],
  ])('is as good as before if %s', (_what, error) => {
    expect(mayHaveSpent(error)).toBe(false);
  });
});
