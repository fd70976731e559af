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
import { AuthenticationApi, type Groups, groups } from './generated/index.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';
export { AuthenticationApi as OAuthApi } from './generated/index.js';

/** Client of the legacy Marketing API v1. Its one grant is client_credentials; a token lives 300 s. */
export const createClient = (options: ClientOptions<ClientCredentials>): Client<Groups> =>
  connect({ product, version: 'v1', groups, tokenEndpoint }, options);

const tokenEndpoint = (transport: Transport): TokenEndpoint<ClientCredentials> => ({
  grants: ['client_credentials'],
  defaultLifetimeMs: 300_000,
  request: (grant, credentials, options) =>
    new AuthenticationApi(transport).oAuth2TokenPost(
      { ...credentials, ...grantParameters(grant) },
      options,
    ),
});
