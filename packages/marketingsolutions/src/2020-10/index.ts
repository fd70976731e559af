import {
  type Client,
  type ClientCredentials,
  type ClientOptions,
  connect,
  grantParameters,
  type TokenEndpoint,
  type Transport,
} from '@criteo-sdk/core';
import { product } from '../product.js';
import { type Groups, groups, OAuthApi } from './generated/index.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';

/** Client of the Marketing Solutions API 2020-10. Its one grant is client_credentials; a token lives 900 s. */
export const createClient = (options: ClientOptions<ClientCredentials>): Client<Groups> =>
  connect({ product, version: '2020-10', groups, tokenEndpoint }, options);

const tokenEndpoint = (transport: Transport): TokenEndpoint<ClientCredentials> => ({
  grants: ['client_credentials'],
  defaultLifetimeMs: 900_000,
  request: (grant, credentials, options) =>
    new OAuthApi(transport).createToken({ ...credentials, ...grantParameters(grant) }, options),
});
