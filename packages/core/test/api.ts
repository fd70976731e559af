import { afterEach, expect } from 'vitest';
import { connect } from '../src/client.js';
import type { Client, ClientOptions } from '../src/client-options.js';
import type { ClientCredentials } from '../src/grants.js';
import type { ApiLife } from '../src/life.js';
import type { CallOptions, Operation, Transport } from '../src/operation.js';
import type { TokenParameters, TokenResponse } from '../src/token-endpoint.js';
import { type FaultServer, type Handler, json, serve } from './server.js';

/** A tiny API version, as generated code and an `index.ts` would make it. */
export const getThing: Operation<
  { readonly id: string; readonly tags?: readonly string[] },
  { name: string }
> = {
  id: 'getThing',
  method: 'GET',
  path: '/things/{id}',
  query: ['tags'],
};
export const createThing: Operation<{ readonly body: unknown }, { name: string }> = {
  id: 'createThing',
  method: 'POST',
  path: '/things',
  body: true,
};
export const searchThings: Operation<{ readonly body: unknown }, { name: string }> = {
  id: 'searchThings',
  method: 'POST',
  path: '/things/search',
  body: true,
  read: true,
};
/** A write that is marked as safe. */
export const startThings: Operation<{ readonly body: unknown }, { name: string }> = {
  id: 'startThings',
  method: 'POST',
  path: '/things/start',
  body: true,
  safeToRetry: true,
};
export const getFile: Operation<Record<string, never>, Uint8Array> = {
  id: 'getFile',
  method: 'GET',
  path: '/file',
  response: 'bytes',
  accept: ['text/csv'],
};
const token: Operation<
  { readonly clientId: string; readonly clientSecret: string; readonly grantType: string },
  TokenResponse
> = {
  id: 'token',
  method: 'POST',
  path: '/oauth2/token',
  auth: 'none',
  grants: [{ type: 'client_credentials' }],
  form: [
    { name: 'clientId', as: 'client_id' },
    { name: 'clientSecret', as: 'client_secret', secret: true },
    { name: 'grantType', as: 'grant_type' },
  ],
};

export const SECRET = 'canary+secret/1==';

const version = {
  product: { name: 'made-up', origin: 'https://api.example.com', prefix: '/v' },
  name: '1',
  groups: {},
  grants: ['client_credentials'] as const,
  defaultLifetimeMs: 900_000,
  requestToken: (
    transport: Transport,
    parameters: TokenParameters<ClientCredentials>,
    options: CallOptions,
  ) => transport.call(token, parameters, options),
};

export interface SetUp {
  readonly client: Client<object>;
  readonly server: FaultServer;
  /** Requests of the API, and of the token endpoint. */
  readonly apiCalls: () => FaultServer['seen'];
  readonly tokenCalls: () => FaultServer['seen'];
  /** Both have the client that talks to this server; more clients may be made. */
  readonly connect: (options?: Partial<ClientOptions<ClientCredentials>>) => Client<object>;
}

/** A client and a server. The server gives tokens by itself, and leaves the rest to `handler`. */
export const setUp = async (
  handler: Handler,
  options: Partial<ClientOptions<ClientCredentials>> = {},
  tokenHandler: Handler = giveToken,
  life: ApiLife = {},
): Promise<SetUp> => {
  let apiCount = 0;
  let tokenCount = 0;
  const server = await serve((seen, response) => {
    if (seen.url.endsWith('/oauth2/token')) tokenHandler(seen, response, tokenCount++);
    else handler(seen, response, apiCount++);
  });
  const connectTo = (more: Partial<ClientOptions<ClientCredentials>> = {}): Client<object> =>
    connect(
      { ...version, life },
      {
        clientId: 'id',
        clientSecret: SECRET,
        baseUrl: server.url,
        allowLoopbackHttp: true,
        logLevel: 'off',
        // Pauses of a millisecond: what is tested is that they happen, not how long they are.
        retry: { baseMs: 1, maxMs: 2 },
        ...options,
        ...more,
      },
    );
  const isToken = ({ url }: { url: string }): boolean => url.endsWith('/oauth2/token');
  return {
    client: connectTo(),
    server,
    connect: connectTo,
    apiCalls: () => server.seen.filter((seen) => !isToken(seen)),
    tokenCalls: () => server.seen.filter(isToken),
  };
};

export const giveToken: Handler = (_seen, response, before) =>
  json(response, 200, {
    access_token: `token-${before + 1}`,
    token_type: 'Bearer',
    expires_in: 900,
  });

/** Sets up clients and servers, and takes them down after each test. */
export const perTest = (): typeof setUp => {
  const open: SetUp[] = [];
  afterEach(async () => {
    for (const { client, server } of open.splice(0)) {
      client.close();
      await server.close();
    }
  });
  return async (...args) => {
    const made = await setUp(...args);
    open.push(made);
    return made;
  };
};

export const ok: Handler = (_seen, response) => json(response, 200, { name: 'thing' });

/** The error of a call that must fail. */
export const fails = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable('it should fail'),
    (error: unknown) => error,
  );

/** The error has these fields; of those that are `undefined` here it has none. */
export const expectFields = (error: unknown, fields: object): void => {
  const absent = Object.entries(fields).filter(([, value]) => value === undefined);
  for (const [name] of absent) expect(Object.hasOwn(error as object, name)).toBe(false);
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  expect(error).toMatchObject(Object.fromEntries(present));
};
