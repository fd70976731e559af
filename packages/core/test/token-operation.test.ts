import { describe, expect, it } from 'vitest';
import { createTransport } from '../src/client.js';
import { ConnectionError, ReauthRequiredError, TokenError } from '../src/errors.js';
import type { CallOptions, Operation } from '../src/operation.js';
import type { TokenResponse } from '../src/token-endpoint.js';
import { expectFields, fails } from './api.js';
import { type Handler, json, serve } from './server.js';

/* A token operation called by itself, as a generated class does. */

interface Params {
  readonly clientSecret?: string;
  readonly code?: string;
  readonly grantType: string;
  readonly refreshToken?: string;
}

const getToken: Operation<Params, TokenResponse> = {
  id: 'getToken',
  method: 'POST',
  path: '/token',
  auth: 'none',
  accept: ['text/json', 'text/plain'],
  form: [
    { name: 'clientSecret', as: 'client_secret', secret: true },
    { name: 'code', secret: true },
    { name: 'grantType', as: 'grant_type' },
    { name: 'refreshToken', as: 'refresh_token', secret: true },
  ],
  grants: [
    { type: 'client_credentials' },
    { type: 'authorization_code', needs: ['code'] },
    { type: 'refresh_token', needs: ['refreshToken'] },
  ],
};

const APP: Params = { grantType: 'client_credentials', clientSecret: 'a/long+secret=' };
const CODE: Params = { ...APP, grantType: 'authorization_code', code: 'the/code+of=consent' };
const REFRESH: Params = { ...APP, grantType: 'refresh_token', refreshToken: 'refresh' };

const ask = async (params: Params, handler: Handler, options: CallOptions = {}) => {
  const server = await serve(handler);
  const { call } = createTransport({
    baseUrl: server.url,
    allowLoopbackHttp: true,
    logLevel: 'off',
    random: () => 0,
    throwOnPartialFailure: true,
  });
  const token = call(getToken, params, { retry: { baseMs: 1, maxMs: 2 }, ...options });
  return { server, token };
};

const errorOf = async (params: Params, handler: Handler, options?: CallOptions) => {
  const { server, token } = await ask(params, handler, options);
  return { error: (await fails(token)) as TokenError, requests: server.seen.length };
};

const answer =
  (status: number, body: string, type = 'application/json'): Handler =>
  (_seen, response) =>
    response.writeHead(status, { 'content-type': type }).end(body);

describe('an error of the token endpoint', () => {
  const BODY = '{"error":"invalid_grant","error_description":"Used up.","error_uri":"https://x"}';

  it.each(['application/json', 'text/json', 'text/plain; charset=utf-8'])(
    'is read from %s',
    async (type) => {
      const { error } = await errorOf(CODE, answer(400, BODY, type));
      expect(error).toBeInstanceOf(ReauthRequiredError);
      expectFields(error, {
        code: 'invalid_grant',
        description: 'Used up.',
        uri: 'https://x',
        operation: 'getToken',
        status: 400,
        attempts: 1,
      });
    },
  );

  it('tells what may be wrong before it asks for a new consent', async () => {
    const { error } = await errorOf(REFRESH, answer(400, BODY));
    expect(error.hint).toMatch(/belongs to another app, .* Ask the user for consent again/);
  });

  it('is no guess about the network where the endpoint said what it is', async () => {
    const { error } = await errorOf(APP, answer(400, '{"error":"invalid_scope"}'));
    expectFields(error, { name: 'TokenError', code: 'invalid_scope', hint: undefined });
    const limited = await errorOf(APP, (_seen, response) =>
      json(response, 429, {}, { 'retry-after': '3600' }),
    );
    expectFields(limited.error, { status: 429, retryAfterMs: 3_600_000 });
    expect(limited.error.hint).toContain('retryAfterMs');
  });

  it('is found beside a list of problems', async () => {
    const body = '{"errors":[{"title":"t"}],"error":"invalid_grant"}';
    const { error } = await errorOf(CODE, answer(400, body));
    expectFields(error, { name: 'ReauthRequiredError', code: 'invalid_grant' });
  });

  it('is read beside a number that is too large', async () => {
    const body = '{"error":"invalid_grant","error_codes":[12345678901234567890]}';
    const { error } = await errorOf(CODE, answer(400, body));
    expectFields(error, { name: 'ReauthRequiredError', code: 'invalid_grant' });
  });

  it('ends no consent where it asks to come again', async () => {
    const { error } = await errorOf(REFRESH, (_seen, response) =>
      json(response, 429, { error: 'invalid_grant' }, { 'retry-after': '3600' }),
    );
    expectFields(error, { name: 'TokenError', retryable: true, retryAfterMs: 3_600_000 });
  });

  it('holds no secret, however it was echoed', async () => {
    const echoes = [
      'a/long+secret=',
      'a%2flong%2bsecret%3d',
      'A%2FLONG%2BSECRET%3D',
      'A/LONG+SECRET=',
    ];
    const body = { error: 'invalid_client', error_description: `No: ${echoes.join(' ')}` };
    const { error } = await errorOf(APP, answer(401, JSON.stringify(body)));
    expect(error.description).toBe('No: [redacted] [redacted] [redacted] [redacted]');
    const asNumber = { ...APP, clientSecret: 1234567890 as unknown as string };
    const counted = await errorOf(
      asNumber,
      answer(401, '{"error":"x","error_description":"1234567890"}'),
    );
    expect(counted.error.description).toBe('[redacted]');
    const moved = await errorOf({ ...APP, clientSecret: 'Secret-Name' }, (_seen, response) =>
      response.writeHead(302, { location: 'https://secret-name.example/' }).end(),
    );
    expect(moved.error.message).toContain('https://[redacted].example');
  });
});

describe('a success', () => {
  it('is given as it came, whatever it warns of', async () => {
    const body = { access_token: 'a', warnings: [{ code: 'odd' }] };
    const { token } = await ask(CODE, answer(200, JSON.stringify(body)));
    expect(await token).toEqual(body);
  });

  it.each<[string, object]>([
    ['token_type that is null', { token_type: null }],
    ['token_type that is empty', { token_type: '' }],
    ['expires_in with a fraction', { expires_in: '899.0' }],
    ['an error beside the token', { error: 'odd' }],
    ['a large number beside the token', { user_id: 2 ** 60 }],
  ])('counts, with %s', async (_what, more) => {
    const body = { access_token: 'a', ...more };
    const { token } = await ask(CODE, answer(200, JSON.stringify(body)));
    expect(await token).toEqual(body);
  });

  it.each([
    ['', 'it is empty', 'empty'],
    ['null', 'it is empty', 'empty'],
    ['{}', 'it has no access_token', 'unusable'],
    ['[]', 'it has no access_token', 'unusable'],
    ['"x"', 'it has no access_token', 'unusable'],
    ['{"access_token":"a","token_type":"mac"}', 'its token_type is not Bearer', 'unusable'],
  ])('without a token is a TokenError: %s', async (body, why, reason) => {
    const { error } = await errorOf(APP, answer(200, body));
    expect(error).toBeInstanceOf(TokenError);
    expectFields(error, { operation: 'getToken', status: 200, attempts: 1, reason });
    expect(error.message).toBe(`The token endpoint's answer cannot be used: ${why}.`);
  });

  it('that is an error is told as one, and spends a code', async () => {
    const body = '{"error":"invalid_grant","error_description":"Used up."}';
    const { error } = await errorOf(CODE, answer(200, body));
    expect(error).toBeInstanceOf(ReauthRequiredError);
    expectFields(error, { code: 'invalid_grant', description: 'Used up.', status: 200 });
    const nothing = await errorOf(
      CODE,
      answer(200, '{"access_token":null,"error":"invalid_grant"}'),
    );
    expectFields(nothing.error, { name: 'ReauthRequiredError', code: 'invalid_grant' });
    const lost = await errorOf(CODE, answer(200, '{}'));
    expect(lost.error).toBeInstanceOf(ReauthRequiredError);
  });
});

describe('a lost answer', () => {
  const FAILED = answer(500, '{}');

  it.each<[string, Params, number]>([
    ["is asked for again for the app's own grant", APP, 3],
    ['is not for a code', CODE, 1],
    ['is not for a refresh token', REFRESH, 1],
  ])('%s', async (_what, params, times) => {
    const { error, requests } = await errorOf(params, FAILED, {
      ...(params === APP && { retry: { limit: 2, baseMs: 1 } }),
      ...(params === REFRESH && { retry: { limit: 3, baseMs: 1, unsafe: false } }),
    });
    expect(error).toBeInstanceOf(TokenError);
    expect(requests).toBe(times);
    expect(error.outcome).toBe(params === APP ? 'answered' : 'unknown');
    // What it may have used up, the grant tells.
    expect(error.message).not.toContain('may have been processed');
  });
});

describe('a wrong option', () => {
  it('of a call is told before anything is sent', async () => {
    const signal = new AbortController() as unknown as AbortSignal;
    const { error, requests } = await errorOf(APP, answer(200, '{}'), { signal });
    expectFields(error, { name: 'ConfigError', operation: 'getToken' });
    expect([error.message, requests]).toEqual(["getToken: 'signal' must be an AbortSignal.", 0]);
  });

  it.each([[null], ['http://127.0.0.1:8080']])('is %j for a transport', (options) => {
    const product = { origin: 'https://api.example.com', prefix: '' };
    expect(() => createTransport(options as never, product)).toThrow(
      'createTransport takes options',
    );
  });
});

describe('a caller that leaves', () => {
  it.each([
    ['a failed call', new ConnectionError('The other call failed.', { attempts: 1 })],
    ['a refused consent', new TokenError('Refused.', { code: 'invalid_grant', attempts: 1 })],
    ['an error of its own', new Error('gone')],
  ])('gets its own reason back: %s', async (_what, reason) => {
    const leaving = new AbortController();
    const { server, token } = await ask(CODE, () => leaving.abort(reason), {
      signal: leaving.signal,
    });
    expect(await fails(token)).toBe(reason);
    expect(server.seen).toHaveLength(1);
  });
});
