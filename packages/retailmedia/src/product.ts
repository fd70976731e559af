import {
  type ClientTransport,
  type Product,
  type TransportOptions,
  createTransport as transportTo,
} from '@criteo-sdk/core';

export const product: Product = {
  name: 'retailmedia',
  packageVersion: '0.0.0',
  origin: 'https://api.criteo.com',
  prefix: '',
};

/**
 * Runs single operations without a client, such as the token operation of a generated class.
 * @example await new OAuthApi(createTransport()).getToken({ … })
 */
export const createTransport = (options: TransportOptions = {}): ClientTransport =>
  transportTo(options, product);
