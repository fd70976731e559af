import type { ApiVersion, Client, ClientOptions, Grant } from '@criteo-sdk/core';
import { connect } from '@criteo-sdk/core';
import { product } from '../product.js';
import { type Groups, groups, OAuthApi } from './generated/index.js';
import { life } from './generated/life.js';

export { createTransport } from '../product.js';
export * from './generated/index.js';

/** Client of the Commerce Grid API 2026-01. Ends on 2027-01-27; `@criteo-sdk/commercegrid/2026-07` is its successor. */
export const createClient = (options: ClientOptions<Grant>): Client<Groups> =>
  connect(version, options);

const version: ApiVersion<Grant, Groups> = {
  product,
  name: '2026-01',
  life,
  groups,
  grants: ['client_credentials', 'authorization_code', 'refresh_token'],
  defaultLifetimeMs: 900_000,
  publicClients: true,
  requestToken: (transport, parameters, options) =>
    new OAuthApi(transport).getToken(parameters, options),
};
