import type { Call, CallOptions, Operation, Transport } from './operation.js';

/** Base of the generated classes: gives each operation as a method under its id. */
export class Api {
  constructor(transport: Transport, operations: readonly Operation[]) {
    for (const operation of operations) {
      const method = (params?: never, options?: CallOptions): Call<unknown> =>
        transport.call<never, unknown>(operation, params as never, options);
      Object.defineProperty(this, operation.id, {
        value: Object.assign(method, { operation }),
        enumerable: true,
      });
    }
  }
}
