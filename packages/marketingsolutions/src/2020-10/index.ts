import type { ApiVersion, Client, ClientCredentials, ClientOptions } from '@criteo-sdk/core';
import { connect } from '@criteo-sdk/core';
import { product } from '../product.js';
import { type Groups, groups, OAuthApi } from './generated/index.js';
import { life } from './generated/life.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';

/** Client of the Marketing Solutions API 2020-10. Its one grant is client_credentials; a token lives 900 s. Ended on 2021-10-01; `@criteo-sdk/marketingsolutions/2026-07` is its successor. */
export const createClient = (
  options: ClientOptions<ClientCredentials>,
): Client<Groups, ClientCredentials> => connect(version, options);

const version: ApiVersion<ClientCredentials, Groups> = {
  product,
  name: '2020-10',
  life,
  groups,
  grants: ['client_credentials'],
  defaultLifetimeMs: 900_000,
  requestToken: (transport, parameters, options) =>
    new OAuthApi(transport).createToken(parameters, options),
};
