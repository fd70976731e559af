import { afterEach } from 'vitest';
import { Api } from '../src/api.js';
import { connect } from '../src/client.js';
import type { ApiVersion, Client, ClientOptions } from '../src/client-options.js';
import type { Grant } from '../src/grants.js';
import type { Bound, CallOptions, Operation, Transport } from '../src/operation.js';
import type { TokenParameters, TokenResponse } from '../src/token-endpoint.js';
import { getThing, searchThings } from './api.js';
import { type FaultServer, type Handler, json, serve } from './server.js';

const token: Operation<TokenParameters<Grant>, TokenResponse> = {
  id: 'token',
  method: 'POST',
  path: '/oauth2/token',
  auth: 'none',
  grants: ['client_credentials', 'authorization_code', 'refresh_token'].map((type) => ({ type })),
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

/** How many instances of the groups were made. */
export const made = { thing: 0, other: 0 };

export class ThingApi extends Api {
  declare readonly getThing: Bound<typeof getThing>;
  declare readonly searchThings: Bound<typeof searchThings>;
  constructor(transport: Transport) {
    made.thing += 1;
    super(transport, [getThing, searchThings]);
  }
}

export class OtherApi extends Api {
  declare readonly searchThings: Bound<typeof searchThings>;
  constructor(transport: Transport) {
    made.other += 1;
    super(transport, [searchThings]);
  }
}

export interface Groups {
  readonly thing: ThingApi;
  readonly other: OtherApi;
}

/** A version as the generated ones are, with users who consent. */
export const version: ApiVersion<Grant, Groups> = {
  product: { name: 'made-up', origin: 'https://api.example.com', prefix: '' },
  name: '1',
  life: {},
  groups: { thing: ThingApi, other: OtherApi },
  grants: ['client_credentials', 'authorization_code', 'refresh_token'],
  defaultLifetimeMs: 900_000,
  requestToken: (transport: Transport, parameters: TokenParameters<Grant>, options: CallOptions) =>
    transport.call(token, parameters, options),
};

export const SECRET = 'canary+secret/1==';

export interface World {
  readonly client: Client<Groups>;
  readonly connect: (options?: Partial<ClientOptions<Grant>>) => Client<Groups>;
  readonly server: FaultServer;
  /** What the token endpoint was asked with, in order. */
  readonly asked: () => URLSearchParams[];
  /** The bearer tokens of calls, in order. */
  readonly bearers: () => (string | undefined)[];
}

/** An API that gives each user tokens of its own, and rotates refresh tokens. */
export const world = async (
  options: Partial<ClientOptions<Grant>> = {},
  api: Handler = (_seen, response) => json(response, 200, { name: 'thing' }),
  of: ApiVersion<Grant, Groups> = version,
  /** Answers a token request itself if it says so. */
  instead: (...args: Parameters<Handler>) => boolean = () => false,
): Promise<World> => {
  let tokens = 0;
  const isToken = ({ url }: { readonly url: string }): boolean => url.endsWith('/oauth2/token');
  const server = await serve((seen, response, before) => {
    if (!isToken(seen)) return api(seen, response, before);
    if (instead(seen, response, before)) return;
    tokens += 1;
    const { code, refresh_token: old = code } = Object.fromEntries(new URLSearchParams(seen.body));
    json(response, 200, {
      access_token: `access-${tokens}-for-${old}`,
      refresh_token: `${old}+`,
      token_type: 'Bearer',
      expires_in: 900,
    });
  });
  open.push(server);
  const connectTo = (more: Partial<ClientOptions<Grant>> = {}): Client<Groups> =>
    connect(of, {
      clientId: 'id',
      clientSecret: SECRET,
      baseUrl: server.url,
      allowLoopbackHttp: true,
      logLevel: 'off',
      retry: { baseMs: 1, maxMs: 2 },
      ...options,
      ...more,
    } as ClientOptions<Grant>);
  return {
    client: connectTo(),
    connect: connectTo,
    server,
    asked: () => server.seen.filter(isToken).map(({ body }) => new URLSearchParams(body)),
    bearers: () =>
      server.seen.filter((seen) => !isToken(seen)).map(({ headers }) => headers.authorization),
  };
};

const open: FaultServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
