import { afterEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../src/client.js';
import type { ApiVersion, Client, ClientOptions } from '../src/client-options.js';
import { ConfigError, TokenError } from '../src/errors.js';
import type { Grant } from '../src/grants.js';
import type { Operation } from '../src/operation.js';
import type { TokenParameters, TokenResponse } from '../src/token-endpoint.js';
import { memoryStore } from '../src/token-store.js';
import { fails, getThing } from './api.js';
import { manualClock } from './manual-clock.js';
import { enterers, entry } from './rate-world.js';
import { type FaultServer, type Handler, json, serve } from './server.js';

/* Who a client says that it is: by a pair, by a function, without a secret, or not at all. */

const getToken: Operation<TokenParameters<Grant>, TokenResponse> = {
  id: 'getToken',
  method: 'POST',
  path: '/token',
  auth: 'none',
  grants: [
    { type: 'client_credentials' },
    { type: 'authorization_code', needs: ['code', 'redirectUri'] },
    { type: 'refresh_token', needs: ['refreshToken'] },
  ],
  form: [
    { name: 'clientId', as: 'client_id' },
    { name: 'clientSecret', as: 'client_secret', secret: true },
    { name: 'grantType', as: 'grant_type' },
    { name: 'code', secret: true },
    { name: 'codeVerifier', as: 'code_verifier', secret: true },
    { name: 'redirectUri', as: 'redirect_uri' },
    { name: 'refreshToken', as: 'refresh_token', secret: true },
  ],
};

const version = (more: Partial<ApiVersion<Grant, object>> = {}): ApiVersion<Grant, object> => ({
  product: { name: 'made-up', origin: 'https://api.example.com', prefix: '' },
  name: '1',
  life: {},
  groups: {},
  grants: ['client_credentials', 'authorization_code', 'refresh_token'],
  defaultLifetimeMs: 900_000,
  publicClients: true,
  requestToken: (transport, parameters, options) => transport.call(getToken, parameters, options),
  ...more,
});

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const give: Handler = ({ url }, response) =>
  json(response, 200, url === '/token' ? { access_token: 'a', expires_in: 900 } : { name: 'b' });

const startServer = async (handler = give): Promise<FaultServer> => {
  const server = await serve(handler);
  open.push(server);
  return server;
};

const clientOf = (
  { url: baseUrl }: Pick<FaultServer, 'url'>,
  options: Partial<ClientOptions<Grant>>,
  api = version(),
): Client<object> => {
  const base = { baseUrl, allowLoopbackHttp: true, logLevel: 'off' } as const;
  const client = connect(api, { ...base, ...options } as ClientOptions<Grant>);
  open.push(client);
  return client;
};

/** The fields of each token request, in their order. */
const sentTo = ({ seen }: FaultServer): Record<string, string>[] =>
  seen
    .filter(({ url }) => url === '/token')
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

const NOWHERE = { url: 'http://127.0.0.1:1' };
const CODE = { type: 'authorization_code', code: 'c', redirectUri: 'https://a.example/' } as const;
const PKCE = { ...CODE, codeVerifier: 'v' } as const;
const REFRESH = { type: 'refresh_token', refreshToken: 'r' } as const;

describe('credentials as a function', () => {
  it('are asked before each token request, so that a pair is replaced without a restart', async () => {
    const server = await startServer();
    const pairs = [
      { clientId: 'one', clientSecret: 'first' },
      { clientId: 'two', clientSecret: 'second' },
    ];
    const credentials = vi.fn(async () => pairs[credentials.mock.calls.length - 1] ?? pairs[1]);
    const client = clientOf(server, { credentials } as never);
    expect(credentials).not.toHaveBeenCalled();
    client.tokens.invalidate((await client.tokens.get()).value);
    await client.tokens.get();
    expect(sentTo(server)).toMatchObject([
      { client_id: 'one', client_secret: 'first' },
      { client_id: 'two', client_secret: 'second' },
    ]);
  });

  it('are asked again when the pair is refused, and the new pair is sent', async () => {
    const server = await startServer((seen, response, before) =>
      before === 0
        ? json(response, 401, { error: 'invalid_client' })
        : give(seen, response, before),
    );
    const ids = ['old', 'new'];
    const credentials = () => ({ clientId: ids.shift() ?? 'new', clientSecret: 'same' });
    await clientOf(server, { credentials }).tokens.get();
    expect(sentTo(server).map(({ client_id }) => client_id)).toEqual(['old', 'new']);
  });

  it.each([[undefined], [{ clientId: 'id' }], [{ clientId: ' ', clientSecret: 's' }]])(
    'that give %o are told as an error, and nothing is sent',
    async (pair) => {
      const server = await startServer();
      const client = clientOf(server, { credentials: () => pair as never });
      const error = await fails(client.call(getThing, { id: '1' }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toContain(
        "The function 'credentials' or 'clientSecret' returned no pair",
      );
      expect(server.seen).toEqual([]);
    },
  );

  it('take no secret beside them, and nothing but a function', () => {
    const credentials = () => ({ clientId: 'a', clientSecret: 'b' });
    for (const options of [{ credentials, clientSecret: 'c' }, { credentials: credentials() }])
      expect(() => clientOf(NOWHERE, options as never)).toThrow(
        "createClient takes 'credentials' as a function",
      );
  });

  it('beside a store need the name of the app, which outlives a pair', async () => {
    const server = await startServer();
    const store = memoryStore();
    const credentials = () => ({ clientId: 'pair-1', clientSecret: 's' });
    expect(() => clientOf(server, { credentials, store })).toThrow(
      "createClient needs 'clientId' beside 'store' and 'credentials'.",
    );
    await clientOf(server, { credentials, store, clientId: 'my-app' }).tokens.get();
    const next = () => ({ clientId: 'pair-2', clientSecret: 's' });
    await clientOf(server, { credentials: next, store, clientId: 'my-app' }).tokens.get();
    expect(sentTo(server)).toHaveLength(1);
  });
});

describe('a client without a secret', () => {
  it.each([
    ['a code with PKCE', PKCE, { code: 'c', code_verifier: 'v', redirect_uri: CODE.redirectUri }],
    ['the refresh token of one', REFRESH, { refresh_token: 'r' }],
  ])('may spend %s, and sends no client_secret', async (_what, grant, fields) => {
    const server = await startServer();
    await clientOf(server, { clientId: 'id', grant }).tokens.get();
    expect(sentTo(server)).toEqual([{ client_id: 'id', grant_type: grant.type, ...fields }]);
  });

  it.each<[string, Partial<ClientOptions<Grant>>, Partial<ApiVersion<Grant, object>>]>([
    ["the app's own grant", {}, {}],
    ['a code without PKCE', { grant: CODE }, {}],
    ['a secret that is empty', { grant: PKCE, clientSecret: '' }, {}],
    ['a version that has no public clients', { grant: PKCE }, { publicClients: false }],
    ['a refresh token there', { grant: REFRESH }, { publicClients: false }],
  ])('gets no token for %s', async (_what, options, more) => {
    const { tokens } = clientOf(NOWHERE, { clientId: 'id', ...options }, version(more));
    await expect(tokens.get()).rejects.toThrow("The client was made without 'clientSecret'");
  });

  it('sends the secret where it has one', async () => {
    const server = await startServer();
    await clientOf(server, { clientId: 'id', clientSecret: 's', grant: PKCE }).tokens.get();
    expect(sentTo(server)).toMatchObject([{ client_secret: 's' }]);
  });
});

describe('tokens from elsewhere', () => {
  it('need no credentials', async () => {
    const server = await startServer();
    const other = clientOf(server, { clientId: 'id', clientSecret: 's' });
    const client = clientOf(server, { tokens: other.tokens });
    expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'b' });
    expect(sentTo(server)).toHaveLength(1);
  });

  it('that are undefined are asked for', async () => {
    const server = await startServer();
    const pair = { clientId: 'id', clientSecret: 's' };
    await clientOf(server, { ...pair, tokens: undefined } as never).tokens.get();
    expect(sentTo(server)).toHaveLength(1);
  });
});

describe("a user's client", () => {
  const pair = { clientId: 'id', clientSecret: 's' };

  it('without a refresh token needs a store that has one', () => {
    const resumed = { ...pair, grant: { type: 'refresh_token' } as const, subject: 'me' };
    expect(() => clientOf(NOWHERE, resumed)).toThrow("needs 'refreshToken'");
    expect(clientOf(NOWHERE, { ...resumed, store: memoryStore() })).toBeDefined();
  });

  it.each<[string, Grant | undefined, number]>([
    ['goes on at 10 calls a minute', REFRESH, 6_000],
    ["is slower than the app's own, which goes on at 250", undefined, 240],
  ])('%s after a 429 that says nothing', async (_what, grant, paceMs) => {
    const clock = manualClock();
    const { rateLimit } = clientOf(NOWHERE, { ...pair, grant, clock });
    await rateLimit.enter('default', entry());
    rateLimit.learn('default', { isRefused: true });
    const { admitted, enter } = enterers(rateLimit);
    enter(2);
    await clock.advance(paceMs - 1);
    expect(admitted).toEqual([]);
    await clock.advance(1);
    expect(admitted).toEqual([0]);
  });
});

describe('an answer that is no token', () => {
  const failing = async (body: string, options: Partial<ClientOptions<Grant>>) => {
    const server = await startServer((_seen, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(body);
    });
    const client = clientOf(server, {
      clientId: 'id',
      clientSecret: 's',
      random: () => 0,
      ...options,
    });
    const error = (await fails(client.tokens.get())) as TokenError;
    return { error, requests: server.seen.length };
  };
  it.each(['{"access_token":', '', 'null', '{}'])('counts each request: %j', async (body) => {
    const { error, requests } = await failing(body, {});
    expect(error).toMatchObject({ name: 'TokenError', attempts: requests });
    expect(requests).toBe(body === '{}' ? 1 : 3);
  });

  it.each(['{"access_token":', '{}', 'null'])(
    'to a code asks for a new consent: %j',
    async (body) => {
      const { error, requests } = await failing(body, { grant: PKCE });
      expect(error).toMatchObject({ name: 'ReauthRequiredError', attempts: 1 });
      expect(error.message).toContain('The code may be used up: it is not sent again.');
      expect(requests).toBe(1);
    },
  );
});

describe('a token endpoint that asks for more time than a call has', () => {
  it('fails at once with that time', async () => {
    const server = await startServer((_seen, response) =>
      json(response, 429, {}, { 'retry-after': '86400' }),
    );
    const error = await fails(clientOf(server, { clientId: 'id', clientSecret: 's' }).tokens.get());
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 86_400_000 });
    expect(server.seen).toHaveLength(1);
  });
});
