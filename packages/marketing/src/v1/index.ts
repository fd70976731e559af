import type { ApiVersion, Client, ClientCredentials, ClientOptions } from '@criteo-sdk/core';
import { connect } from '@criteo-sdk/core';
import { product } from '../product.js';
import { AuthenticationApi, type Groups, groups } from './generated/index.js';
import { life } from './generated/life.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';
export { AuthenticationApi as OAuthApi } from './generated/index.js';

/** Client of the legacy Marketing API v1. Its one grant is client_credentials; a token lives 300 s (a community client's readme; the guide's 900 s are of later versions). Ended on 2022-07-18; `@criteo-sdk/marketingsolutions/2026-07` is its successor. */
export const createClient = (
  options: ClientOptions<ClientCredentials>,
): Client<Groups, ClientCredentials> => connect(version, options);

const version: ApiVersion<ClientCredentials, Groups> = {
  product,
  name: 'v1',
  life,
  groups,
  grants: ['client_credentials'],
  defaultLifetimeMs: 300_000,
  requestToken: (transport, parameters, options) =>
    new AuthenticationApi(transport).oAuth2TokenPost(parameters, options),
};
