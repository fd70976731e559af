import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/errors.js';
import type { Grant } from '../src/grants.js';
import {
  checkGrant,
  checkTimeout,
  credentialsOf,
  retryPolicy,
  storeKey,
  targetOf,
} from '../src/options.js';
import { memoryStore } from '../src/token-store.js';
import { fails } from './api.js';

/** What an option that cannot be used tells: what is wrong, and what to do. */
const refusal = (make: () => unknown): [message: string, hint?: string, operation?: string] => {
  try {
    make();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { message, hint, operation } = error;
    return operation ? [message, hint ?? '', operation] : hint ? [message, hint] : [message];
  }
  return ['it was taken'];
};

describe('where requests may go', () => {
  const ORIGIN = 'Pass an origin such as https://api.example.com.';
  const MORE = 'it is more than an origin';
  const BARE = 'Pass https://api.example.com; paths are added to it.';
  const LOOPBACK = 'For a sandbox on this machine pass allowLoopbackHttp: true.';

  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com/', 'https://api.example.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://localhost', 'http://localhost'],
  ])('%s may be, loopback by an option', (baseUrl, origin) => {
    expect(targetOf({ baseUrl, allowLoopbackHttp: true })).toEqual({ origin, prefix: '' });
  });

  it('has the path of a product behind it', () => {
    const target = targetOf({ baseUrl: 'https://api.example.com', prefix: '/marketing/v1.0' });
    expect(target).toEqual({ origin: 'https://api.example.com', prefix: '/marketing/v1.0' });
  });

  it.each(['https://api.example.com/marketing', 'https://api.example.com/marketing/'])(
    'may end with the path of the product already: %s',
    (baseUrl) => {
      const target = { origin: 'https://api.example.com', prefix: '/marketing' };
      expect(targetOf({ baseUrl, prefix: '/marketing' })).toEqual(target);
    },
  );

  it.each(['/market', '/marketing/v1', '//marketing', '/marketing?a', '/MARKETING'])(
    'may not end with %s where the product has another path',
    (path) => {
      const baseUrl = `https://api.example.com${path}`;
      expect(refusal(() => targetOf({ baseUrl, prefix: '/marketing' }))).toEqual([
        "The option 'baseUrl' cannot be used: it is more than an origin and the product's path /marketing.",
        BARE,
      ]);
    },
  );

  it.each([
    ['https://user@api.example.com', 'it holds a user name or password', ORIGIN],
    ['https://:pass@api.example.com', 'it holds a user name or password', ORIGIN],
    ['https://api.example.com/v1', MORE, BARE],
    ['https://api.example.com/?a=1', MORE, BARE],
    ['https://api.example.com/#a', MORE, BARE],
    ['nowhere', 'it is no URL', ORIGIN],
    [undefined, 'it is no URL', ORIGIN],
    ['ftp://localhost', 'it does not begin with https://', ORIGIN],
    ['localhost:8080', 'it does not begin with https://', ORIGIN],
    ['http://api.example.com/x', 'tokens travel over https only', ORIGIN],
    ['http://localhost', 'tokens travel over https only', LOOPBACK],
  ])('%s may not be', (baseUrl, why, hint) => {
    expect(refusal(() => targetOf({ baseUrl }))).toEqual([
      `The option 'baseUrl' cannot be used: ${why}.`,
      hint,
    ]);
  });

  it('is https even with the option for loopback', () => {
    const allowLoopbackHttp = true;
    for (const baseUrl of ['http://api.example.com', 'ftp://127.0.0.1'])
      expect(refusal(() => targetOf({ baseUrl, allowLoopbackHttp }))[1]).toBe(ORIGIN);
  });

  it.each(['v1', '/v1/', '/v 1', 'https://evil.example/', '/a?b', '/'])(
    'has no path like %j behind it',
    (prefix) => {
      expect(refusal(() => targetOf({ baseUrl: 'https://api.example.com', prefix }))).toEqual([
        "The option 'prefix' must be a path such as /v1, or empty.",
      ]);
    },
  );
});

describe('a grant', () => {
  const ALL: Grant['type'][] = ['client_credentials', 'authorization_code', 'refresh_token'];
  const code = {
    type: 'authorization_code',
    code: 'c',
    redirectUri: 'https://a.example/',
  } as const;

  it("is the app's own if none is given", () => {
    expect(checkGrant(undefined, ALL, 'x/1')).toEqual({ type: 'client_credentials' });
  });

  it.each([
    [{ ...code, code: ' ' }, "The grant 'authorization_code' needs 'code', a non-empty string."],
    [
      { ...code, redirectUri: '' },
      "The grant 'authorization_code' needs 'redirectUri', a non-empty string.",
    ],
    [
      { type: 'refresh_token' },
      "The grant 'refresh_token' needs 'refreshToken', a non-empty string.",
    ],
    [
      'refresh_token',
      "The option 'grant' must be an object, such as { type: 'client_credentials' }.",
    ],
  ] as [Grant, string][])('%j lacks something', (grant, message) => {
    expect(refusal(() => checkGrant(grant, ALL, 'x/1'))).toEqual([message]);
  });

  it('that the version has not is told with those that it has', () => {
    expect(
      refusal(() => checkGrant(code as Grant, ['client_credentials', 'refresh_token'], 'x/1')),
    ).toEqual([
      "x/1 has no grant 'authorization_code'.",
      'It has: client_credentials, refresh_token.',
    ]);
  });

  it('of a user goes on without its refresh token where a store has it, a code does not', () => {
    expect(checkGrant({ type: 'refresh_token' } as Grant, ALL, 'x/1', true)).toEqual({
      type: 'refresh_token',
    });
    expect(
      refusal(() => checkGrant({ ...code, code: '' } as Grant, ALL, 'x/1', true))[0],
    ).toContain("needs 'code'");
  });
});

describe('numbers of a call', () => {
  it.each(['limit', 'baseMs', 'maxMs'] as const)('retry.%s is one from 0 on', (name) => {
    expect(retryPolicy('getThing', { [name]: 0 })[name]).toBe(0);
    for (const value of [-1, Number.NaN])
      expect(refusal(() => retryPolicy('getThing', { [name]: value }))).toEqual([
        `getThing: 'retry.${name}' must be a number from 0 on.`,
        '',
        'getThing',
      ]);
  });

  it('of the call win over those of the client, but for what is not stated', () => {
    const client = { limit: 7, unsafe: true };
    expect(retryPolicy('x', client, { limit: undefined, baseMs: 5 })).toEqual({
      limit: 7,
      baseMs: 5,
      maxMs: 8_000,
      writes: true,
      unsafe: true,
    });
    expect(retryPolicy('x', client, { unsafe: false }, undefined).unsafe).toBe(false);
    expect(retryPolicy('x', client, { writes: false }, undefined)).toMatchObject({
      writes: false,
      unsafe: false,
    });
    expect(retryPolicy('x', Object.create({ limit: 9 })).limit).toBe(3);
    for (const odd of [{ writes: 'false' }, { unsafe: 1 }])
      expect(() => retryPolicy('x', odd as object)).toThrow('must be true or false');
    expect(() => retryPolicy('x', false as unknown as object)).toThrow('must be an object');
  });

  it('timeoutMs is one above 0', () => {
    expect(checkTimeout('getThing', 1)).toBe(1);
    for (const value of [0, -1, Number.NaN])
      expect(refusal(() => checkTimeout('getThing', value))).toEqual([
        "getThing: 'timeoutMs' must be a positive number of milliseconds.",
        '',
        'getThing',
      ]);
  });
});

describe('a grant', () => {
  const all = ['authorization_code', 'client_credentials', 'refresh_token'] as const;
  const check = (grant: unknown, hasStore = false) =>
    checkGrant<Grant>(grant as Grant, all, 'x/1', hasStore);
  const code = { type: 'authorization_code', code: 'c', redirectUri: 'https://a.b' };

  it.each<readonly [unknown, string]>([
    [null, "The option 'grant' must be an object, such as { type: 'authorization_code' }."],
    [{ ...code, clientId: 'evil' }, "The grant 'authorization_code' has no field 'clientId'."],
    [
      { ...code, clientSecret: 'evil' },
      "The grant 'authorization_code' has no field 'clientSecret'.",
    ],
    [
      { ...code, grantType: 'client_credentials' },
      "The grant 'authorization_code' has no field 'grantType'.",
    ],
    [
      { type: 'refresh_token', refreshToken: 'r', savedAt: 5n },
      "The grant 'refresh_token' has no field 'savedAt'.",
    ],
    [
      { type: 'client_credentials', code: 'c' },
      "The grant 'client_credentials' has no field 'code'.",
    ],
    [
      { ...code, codeVerifier: '' },
      "The grant 'authorization_code' needs 'codeVerifier', a non-empty string.",
    ],
    [
      { type: 'refresh_token', refreshToken: 5n },
      "The grant 'refresh_token' needs 'refreshToken', a non-empty string.",
    ],
    [
      { type: 'refresh_token', refreshToken: '' },
      "The grant 'refresh_token' needs 'refreshToken', a non-empty string.",
    ],
  ])('%o is refused', (grant, message) => {
    const [told] = refusal(() => check(grant));
    expect(told).toBe(message);
  });

  it.each([undefined, null, ''])(
    'without a refresh token goes on with a store: %j',
    (refreshToken) => {
      expect(check({ type: 'refresh_token', refreshToken }, true)).toEqual({
        type: 'refresh_token',
      });
    },
  );

  it('has what belongs to it, and what was left out is not there', () => {
    const chosen = check({ ...code, codeVerifier: undefined });
    expect(chosen).toEqual(code);
    expect(Object.hasOwn(chosen, 'codeVerifier')).toBe(false);
    expect(check({ ...code, codeVerifier: 'v' })).toEqual({ ...code, codeVerifier: 'v' });
    expect(check(undefined)).toEqual({ type: 'client_credentials' });
  });
});

describe('credentials that are missing', () => {
  const PORTAL =
    "Both come with the app in the API's developer portal; keep the secret in the environment.";

  it.each([
    [{ clientSecret: 's' }, "The client was made without 'clientId', a non-empty string."],
    [
      { clientId: 'a', clientSecret: ' ' },
      "The client was made without 'clientSecret', a non-empty string or a function that returns one.",
    ],
  ])('%j are told to who needs them', async (options, message) => {
    const error = await fails(credentialsOf(options, false)());
    expect(error).toMatchObject({ name: 'ConfigError', message, hint: PORTAL });
  });

  it('where a function gives none, too', async () => {
    for (const clientSecret of [() => '', async () => undefined as never])
      expect(await fails(credentialsOf({ clientId: 'a', clientSecret }, false)())).toMatchObject({
        name: 'ConfigError',
        message: "The function 'credentials' or 'clientSecret' returned no pair, or no secret.",
        hint: PORTAL,
      });
  });
});

describe('the name in a store', () => {
  const target = { origin: 'https://a.example', prefix: '/b' };
  const refresh: Grant = { type: 'refresh_token', refreshToken: 'r' };
  const own: Grant = { type: 'client_credentials' };
  const store = memoryStore();

  it('is made of place, app, kind of grant and user', () => {
    expect(storeKey(target, refresh, { clientId: 'id', store, subject: 'me & you' })).toBe(
      'https%3A%2F%2Fa.example%2Fb id user me%20%26%20you',
    );
    expect(storeKey(target, own, { clientId: 'id' })).toBe(
      'https%3A%2F%2Fa.example%2Fb id client ',
    );
    expect(storeKey(target, own, {})).toBe('https%3A%2F%2Fa.example%2Fb  client ');
  });

  it('needs what tells users and apps apart', () => {
    expect(refusal(() => storeKey(target, refresh, { clientId: 'id', store }))).toEqual([
      "createClient needs 'subject' beside 'store' for the grant 'refresh_token'.",
      'Pass your own id of the user who consented, so that users do not get the tokens of others.',
    ]);
    expect(refusal(() => storeKey(target, own, { clientId: 'id', subject: 'me' }))).toEqual([
      "The option 'subject' goes with a user's grant, and this is the app's own.",
      "To go on with a user's stored tokens pass grant: { type: 'refresh_token' } beside store and subject.",
    ]);
    expect(
      refusal(() => storeKey(target, refresh, { clientId: 'id', store, subject: '\ud800' })),
    ).toEqual(["createClient: 'subject' must be a string without half surrogate pairs."]);
    expect(refusal(() => storeKey(target, own, { store, credentials: () => {} }))).toEqual([
      "createClient needs 'clientId' beside 'store' and 'credentials'.",
      'It names the app in the store; keep it when the pair changes.',
    ]);
  });
});
