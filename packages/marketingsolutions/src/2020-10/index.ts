import type { ApiVersion, Client, ClientCredentials, ClientOptions } from '@criteo-sdk/core';
import { connect } from '@criteo-sdk/core';
import { product } from '../product.js';
import { type Groups, groups, OAuthApi } from './generated/index.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';

/** Client of the Marketing Solutions API 2020-10. Its one grant is client_credentials; a token lives 900 s. */
export const createClient = (options: ClientOptions<ClientCredentials>): Client<Groups> =>
  connect(version, options);

const version: ApiVersion<ClientCredentials, Groups> = {
  product,
  name: '2020-10',
  groups,
  grants: ['client_credentials'],
  defaultLifetimeMs: 900_000,
  requestToken: (transport, parameters, options) =>
    new OAuthApi(transport).createToken(parameters, options),
};
