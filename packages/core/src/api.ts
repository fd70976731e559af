import { SDK_NAME } from './criteo/names.js';
import { ConfigError } from './errors.js';
import type { Call, CallOptions, Operation, Transport } from './operation.js';

// By name: another copy of this package in the process finds it, too.
const TRANSPORT = Symbol.for(`${SDK_NAME}.transport`);

/** Base of the generated classes: gives each operation as a method under its id. */
export class Api {
  constructor(transport: Transport, operations: readonly Operation[]) {
    for (const operation of operations) {
      const method = (params?: never, options?: CallOptions): Call<unknown> =>
        transport.call<never, unknown>(operation, params as never, options);
      Object.defineProperty(method, TRANSPORT, { value: transport });
      Object.defineProperty(this, operation.id, {
        value: Object.assign(method, { operation }),
        enumerable: true,
      });
    }
  }
}

/**
 * What runs a method of a generated class.
 * @throws {ConfigError} for a function that is none
 */
export const transportOf = (method: object): Transport => {
  const transport = (method as { readonly [TRANSPORT]?: Transport })[TRANSPORT];
  if (transport) return transport;
  throw new ConfigError('A method of a client was expected, and not a function around it.', {
    hint: 'Pass it as it is: client.analytics.requestPerformanceReport.',
  });
};
