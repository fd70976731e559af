import {
  type Client,
  type ClientOptions,
  connect,
  type Grant,
  grantParameters,
  type TokenEndpoint,
  type Transport,
} from '@criteo-sdk/core';
import { product } from '../product.js';
import { type Groups, groups, OAuthApi } from './generated/index.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';

/** Client of the Retail Media API 2022-10. Grants: client_credentials, authorization_code (without PKCE), refresh_token. A token lives 900 s. */
export const createClient = (options: ClientOptions<Grant>): Client<Groups> =>
  connect({ product, version: '2022-10', groups, tokenEndpoint }, options);

const tokenEndpoint = (transport: Transport): TokenEndpoint<Grant> => ({
  grants: ['client_credentials', 'authorization_code', 'refresh_token'],
  defaultLifetimeMs: 900_000,
  request: (grant, credentials, options) =>
    new OAuthApi(transport).getToken({ ...credentials, ...grantParameters(grant) }, options),
});
