import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createTransport } from '../src/client.js';
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
import { Refusals } from '../src/refusals.js';
import { refreshTokenIn } from '../src/rescued-token.js';
import { sleep, systemClock } from '../src/time.js';
import type { TokenResponse } from '../src/token-endpoint.js';
import { mayHaveSpent } from '../src/token-failure.js';
import { requestToken, type TokenRequester } from '../src/token-request.js';
import type { Granted } from '../src/token-state.js';
import { expectFields, fails } from './api.js';
import { manualClock } from './manual-clock.js';
import { type Handler, json, serve } from './server.js';
import { version } from './users.js';

const APP: Grant = { type: 'client_credentials' };
const CODE: Grant = { type: 'authorization_code', code: 'c', redirectUri: 'https://a.example/' };
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'r' };

/** What the endpoint does: it throws an error, or answers. */
type Outcome = Error | TokenResponse | undefined;
const GOOD: Outcome = { access_token: 'a', expires_in: 900 };

interface SetUp {
  readonly tookMs?: number;
  /** Of the pairs that the program gives, one after the other; or what it throws instead; `never`: it hangs. */
  readonly ids?: readonly (Error | string)[];
  readonly mayStillSend?: () => Promise<void>;
}

/** An endpoint with one outcome per request, the last one again and again; each takes `tookMs`. */
const setUp = (grant: Grant, outcomes: readonly Outcome[], more: SetUp = {}) => {
  const { tookMs = 0, ids = [], mayStillSend = async () => {} } = more;
  const clock = manualClock();
  const leaving = new AbortController();
  const events: SdkEvent[] = [];
  const asked: {
    readonly atMs: number;
    readonly clientId: string;
    readonly options: CallOptions;
  }[] = [];
  const startedAt = clock.monotonic();
  let pairs = 0;
  const requester: TokenRequester<Grant> = {
    endpoint: {
      grants: ['authorization_code', 'client_credentials', 'refresh_token'],
      defaultLifetimeMs: 300_000,
      requestToken: async (_transport, { clientId }, options) => {
        asked.push({ atMs: clock.monotonic() - startedAt, clientId, options });
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
      if (clientId === 'never') await new Promise(() => {});
      return { clientId, clientSecret: 'secret' };
    },
    clock,
    random: () => 0,
    tell: (event) => events.push(event),
    refusals: new Refusals(),
  };
  /** Lets this time pass over a request. */
  const request = async (ms = 15_000): Promise<Granted> => {
    const token = requestToken(requester, grant, leaving.signal, mayStillSend);
    token.catch(() => {});
    await clock.advance(ms);
    return token;
  };
  const error = (ms?: number): Promise<unknown> => fails(request(ms));
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
    ['leaves it to its holder to repeat a refresh token', REFRESH, { limit: 0, unsafe: false }],
    ['leaves it to its holder to repeat a code', CODE, { limit: 0, unsafe: false }],
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
    [
      'a refresh token was sent',
      REFRESH,
      unread('unreadable'),
      1,
      { reason: 'unreadable', retryable: true },
    ],
    [
      'a refresh token was sent',
      REFRESH,
      undefined,
      1,
      { reason: 'empty', message: EMPTY, retryable: true },
    ],
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
    expect(failure).toMatchObject({
      message: 'No token came within 15000 ms.',
      retryable: true,
      outcome: 'unknown',
    });
    expect(asked).toHaveLength(1);
  });
});

describe('a grant of a user', () => {
  const unsent = () => unreached('ECONNREFUSED', { outcome: 'not-sent', retryable: true });

  it.each([REFRESH, CODE])('is sent again if it was not sent, twice: $type', async (grant) => {
    const { asked, error } = setUp(grant, [unsent()]);
    expect(await error()).toMatchObject({ outcome: 'not-sent', retryable: true });
    expect(asked).toHaveLength(3);
  });

  it('is looked after before each request: who may not send any more does not', async () => {
    for (const allowed of [0, 1]) {
      let looks = 0;
      const { asked, error } = setUp(REFRESH, [unsent()], {
        mayStillSend: async () => {
          looks += 1;
          if (looks > allowed) throw new Error('another has the lock');
        },
      });
      expect(await error()).toMatchObject({ message: 'another has the lock' });
      expect(asked).toHaveLength(allowed);
    }
  });
});

describe('a failure of the token endpoint', () => {
  const limits = { status: 429, retryable: true, retryAfterMs: 3_000, hint: 'Wait.' };
  const limited = new RateLimitError('429.', { ...ONCE, ...limits });
  const wrong = api('invalid_scope', { outcome: 'answered' });
  const late = { ...ONCE, attempts: 2, retryable: true };
  const pair = { hint: 'Check the pair.', traceId: 't-1', outcome: 'answered' } as const;
  const PAIR_TOLD = { hint: 'Check the pair.', retryAfterMs: 1_000 };
  // The store may hold another refresh token; and this one may be good as before.
  const LATER = { retryable: true };
  const down = { status: 503, retryable: true, attempts: 3 };

  /** What is told of this failure: what it says itself, and what follows from it. */
  const toldOf = (name: string, failure: SdkError, { note = '', ...more }): object => {
    const { operation, status, retryable, attempts, traceId, message, outcome } = failure;
    const kept = { operation, status, retryable, attempts, traceId, outcome };
    // What the endpoint said needs no guess.
    const hint = failure instanceof ApiError ? undefined : UNREACHED;
    return { name, message: message + note, ...kept, hint, cause: failure, ...more };
  };

  it.each<readonly [what: string, Grant, SdkError, more: object]>([
    ['a pair that is refused', APP, api('invalid_client', pair), PAIR_TOLD],
    ['a refused app', APP, api('invalid_grant'), {}],
    ['a request that is wrong beside its code', CODE, api('invalid_scope'), {}],
    ['a request that is wrong beside its refresh token', REFRESH, wrong, {}],
    ['an endpoint that failed over a refresh', REFRESH, api('internal', { status: 500 }), LATER],
    ['too many requests', REFRESH, limited, { hint: 'Wait.' }],
    ['an endpoint that is down', CODE, api('unavailable', down), {}],
    ['a code that was not sent', CODE, unreached('ENOTFOUND', { retryable: true }), {}],
    ['a refused certificate', CODE, unreached('CERT_HAS_EXPIRED', { outcome: 'not-sent' }), {}],
    ['a lost refresh', REFRESH, new TimeoutError('Late.', { ...late, limitMs: 15_000 }), {}],
    ['a broken connection of an app', APP, unreached('ECONNRESET'), {}],
    ['a broken connection of a refresh', REFRESH, unreached('ECONNRESET'), LATER],
  ])('is a missing token: %s', async (_what, grant, thrown, more) => {
    const { asked, error } = setUp(grant, [thrown]);
    const failure = await error();
    expectFields(failure, toldOf('TokenError', thrown, more));
    expectFields(failure, {
      retryAfterMs: thrown instanceof RateLimitError ? 3_000 : undefined,
      code: thrown instanceof ApiError ? thrown.code : undefined,
      reason: undefined,
      ...more,
    });
    expect(asked).toHaveLength(1);
  });

  it('ends a consent if the endpoint failed over a code: it may be used up, and is not sent again', async () => {
    const failure = api('internal', { status: 500, hint: 'Try again later.' });
    const { asked, error } = setUp(CODE, [failure]);
    const note = ' The code may be used up: it is not sent again.';
    const told = toldOf('ReauthRequiredError', failure, { note, hint: NEW_CODE });
    expectFields(await error(), { ...told, retryAfterMs: undefined });
    expect(asked).toHaveLength(1);
  });

  it.each(['failed: 500', 'failed: 500.', 'failed: Why?'])(
    'and what follows from it are two sentences: %s',
    async (said) => {
      const { error } = setUp(CODE, [
        new ApiError(said, { ...ONCE, status: 500, outcome: 'answered' }),
      ]);
      const stop = /[.?]$/.test(said) ? '' : '.';
      expect(await error()).toMatchObject({
        message: `${said}${stop} The code may be used up: it is not sent again.`,
      });
    },
  );

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

describe('a function that gives no pair', () => {
  it('ends the request after 15 s, and nothing was sent', async () => {
    const { asked, error } = setUp(APP, [GOOD], { ids: ['never'] });
    const failure = await error();
    expect(failure).toBeInstanceOf(TokenError);
    expect(failure).toMatchObject({
      message: 'No token came within 15000 ms.',
      retryable: true,
      outcome: 'not-sent',
      hint: 'Is the network slow, or does a function of yours give no secret?',
    });
    expect(asked).toHaveLength(0);
  });
});

describe('another pair', () => {
  it.each<readonly [what: string, Error, times: number]>([
    ['goes where the pair was refused', api('invalid_client'), 2],
    ['goes where 401 came without a code', new ApiError('401.', { ...ONCE, status: 401 }), 2],
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

  it('goes at once while the refused one has to wait', async () => {
    const { asked, error, request } = setUp(APP, [api('invalid_client'), GOOD], {
      ids: ['old', 'old', 'new'],
    });
    await error(0);
    expect(await request(0)).toMatchObject({ value: 'a' });
    expect(asked.map(({ atMs, clientId }) => [atMs, clientId])).toEqual([
      [0, 'old'],
      [0, 'new'],
    ]);
  });
});

describe('a refused pair', () => {
  const refusal = api('invalid_client');

  it('is not sent while it has to wait, and the error says for how long', async () => {
    const { asked, error } = setUp(APP, [refusal]);
    expect(await error(400)).toMatchObject({ code: 'invalid_client', retryAfterMs: 1_000 });
    const told = await error(600);
    expect(told).toBeInstanceOf(TokenError);
    expect(told).toMatchObject({ code: 'invalid_client', retryAfterMs: 600, cause: refusal });
    expect(asked).toHaveLength(1);
  });

  it('is sent again after 1, 2, 4 … 30 s, if the program gives no other', async () => {
    const { asked, error } = setUp(APP, [refusal]);
    for (let second = 0; second < 100; second += 1) await error(1_000);
    expect(asked.map(({ atMs }) => atMs / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it('is as good as any once the endpoint takes it again', async () => {
    const { asked, error, request } = setUp(APP, [refusal, GOOD, refusal]);
    await error(1_000);
    await request(0);
    expect(await error(0)).toMatchObject({ retryAfterMs: 1_000 });
    expect(asked).toHaveLength(3);
  });
});

describe('an answer of which only the refresh token can be used', () => {
  const NEXT = 'canary-refresh-token';

  it.each<readonly [what: string, Grant, object]>([
    ['has no life', REFRESH, { access_token: 'a', expires_in: null }],
    ['has no access token', REFRESH, {}],
    ['is of another type', REFRESH, { access_token: 'a', token_type: 'mac', expires_in: 900 }],
    ['is that of a code', CODE, { access_token: 'a', expires_in: 0 }],
  ])('gives it beside the error, which shows it nowhere: it %s', async (_what, grant, answer) => {
    const { asked, error } = setUp(grant, [{ ...answer, refresh_token: NEXT }]);
    const failure = await error();
    expect(failure).toBeInstanceOf(TokenError);
    expect(failure).not.toBeInstanceOf(ReauthRequiredError);
    expect(failure).toMatchObject({ reason: 'unusable' });
    expect(refreshTokenIn(failure)).toBe(NEXT);
    const shown = inspect(failure, { showHidden: true, depth: 9, customInspect: false });
    expect([shown, String(failure), JSON.stringify(failure)].join()).not.toContain(NEXT);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['none', {}],
    ['an empty one', { refresh_token: '' }],
    ['one that is no text', { refresh_token: 7 as never }],
  ])('gives nothing where there is %s', async (_what, answer) => {
    const { error } = setUp(REFRESH, [answer]);
    expect(refreshTokenIn(await error())).toBeUndefined();
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

describe('a refresh token', () => {
  /** How often it is sent, and the error, over real connections to an endpoint that does this. */
  const refreshed = async (handler: Handler) => {
    const server = await serve(handler);
    const { close, ...transport } = createTransport({
      baseUrl: server.url,
      allowLoopbackHttp: true,
      logLevel: 'off',
      random: () => 0,
    });
    const requester: TokenRequester<Grant> = {
      endpoint: version,
      transport,
      credentials: async () => ({ clientId: 'id', clientSecret: 'secret' }),
      clock: systemClock,
      random: () => 0,
      tell: () => {},
      refusals: new Refusals(),
    };
    const { signal } = new AbortController();
    const error = await fails(requestToken(requester, REFRESH, signal, async () => {}));
    close();
    await server.close();
    return { error, requests: server.seen.length };
  };

  it.each<readonly [what: string, Handler]>([
    ['its connection broke', (_seen, response) => response.destroy()],
    ['the endpoint failed', (_seen, response) => json(response, 500, {})],
    ['the endpoint was away', (_seen, response) => json(response, 503, {})],
    ['its answer broke off', (_seen, response) => response.writeHead(200).end('{"access_')],
    ['its answer is empty', (_seen, response) => response.writeHead(200).end()],
  ])('is not sent again where nobody knows what became of it: %s', async (_what, handler) => {
    const { error, requests } = await refreshed(handler);
    expect(error).toBeInstanceOf(TokenError);
    expect(error).not.toBeInstanceOf(ReauthRequiredError);
    expect(error).toMatchObject({ retryable: true, attempts: 1 });
    expect(requests).toBe(1);
  });

  it('is not sent again at once where the endpoint says that it did nothing: others may use it meanwhile', async () => {
    const { error, requests } = await refreshed((_seen, response) => json(response, 429, {}));
    expect(error).toMatchObject({ status: 429, attempts: 1, retryable: true });
    expect(requests).toBe(1);
  });
});
