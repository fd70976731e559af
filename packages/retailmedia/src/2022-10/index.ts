import type { ApiVersion, AuthorizationCode, Client, ClientCredentials } from '@criteo-sdk/core';
import { type ClientOptions, connect, type RefreshToken } from '@criteo-sdk/core';
import { product } from '../product.js';
import { type Groups, groups, OAuthApi } from './generated/index.js';
import { life } from './generated/life.js';

type Grants = AuthorizationCode | ClientCredentials | RefreshToken;

export { createTransport } from '../product.js';
export * from './generated/index.js';

/** Client of the Retail Media API 2022-10. It has three grants, without PKCE; a token lives 900 s. Ended on 2023-10-31; `@criteo-sdk/retailmedia/2026-07` is its successor. */
export const createClient = (options: ClientOptions<Grants>): Client<Groups, Grants> =>
  connect(version, options);

const version: ApiVersion<Grants, Groups> = {
  product,
  name: '2022-10',
  life,
  groups,
  grants: ['client_credentials', 'authorization_code', 'refresh_token'],
  defaultLifetimeMs: 900_000,
  requestToken: (transport, parameters, options) =>
    new OAuthApi(transport).getToken(parameters, options),
};
