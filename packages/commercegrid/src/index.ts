export * from '@criteo-sdk/core';
export { createTransport } from './product.js';
