import { SDK_NAME } from './criteo/names.js';
import { ConfigError } from './errors.js';
import { INSPECT, lazyProperty } from './lazy.js';
import type { Call, CallOptions, Operation, Transport } from './operation.js';
import { ownFields } from './own.js';

// By name: another copy of this package in the process finds it, too.
const TRANSPORT = Symbol.for(`${SDK_NAME}.transport`);

/** Base of the generated classes: gives each operation as a method under its id. */
export class Api {
  constructor(transport: Transport, operations: readonly Operation[]) {
    if (typeof transport?.call !== 'function') {
      throw new ConfigError(
        'A generated class needs a transport: a client, or createTransport().',
        {
          hint: 'Write new OAuthApi(createTransport()), for instance.',
        },
      );
    }
    Object.defineProperty(this, TRANSPORT, ownFields({ value: transport }));
    Object.defineProperty(this, INSPECT, SHOWN);
    for (const operation of operations)
      Object.defineProperty(this, operation.id, methodOf(operation));
  }
}

/** The generated classes of an API version, by the groups of a client. */
export type GroupClasses<T> = {
  readonly [K in keyof T]: new (
    transport: Transport,
  ) => T[K];
};

interface OnTransport {
  readonly [TRANSPORT]: Transport;
}

const methods = new WeakMap<Operation, PropertyDescriptor>();

const methodOf = (operation: Operation): PropertyDescriptor => {
  const known = methods.get(operation);
  if (known) return known;
  const bind = ({ [TRANSPORT]: transport }: OnTransport): BoundMethod => {
    const method = (params?: never, options?: CallOptions): Call<unknown> =>
      transport.call<never, unknown>(operation, params as never, options);
    Object.defineProperty(method, TRANSPORT, ownFields({ value: transport }));
    return Object.assign(method, { operation }) as typeof method & BoundMethod;
  };
  const property = lazyProperty(operation.id, bind);
  methods.set(operation, property);
  return property;
};

const SHOWN: PropertyDescriptor = ownFields({
  value(this: Api) {
    return `${this.constructor.name}: ${Object.keys(this).join(', ')}`;
  },
});

/** What a helper needs of a method, and says of one that has it not. */
export interface Need {
  readonly helper: string;
  readonly fits: (operation: Operation) => boolean;
  readonly otherwise: string;
}

/**
 * What runs a method of a generated class. Nothing is sent for one that does not fit.
 * @throws {ConfigError} for anything that is no such method
 */
export const transportOf = (method: unknown, { helper, fits, otherwise }: Need): Transport => {
  const { [TRANSPORT]: transport, operation } = (method ?? {}) as Partial<BoundMethod>;
  if (!transport || !operation) {
    throw new ConfigError(`${helper} takes a method of a client, and got ${kindOf(method)}.`, {
      hint: `Pass the method as it is, without a call or a function around it: ${helper}(client.group.method, …).`,
    });
  }
  if (fits(operation)) return transport;
  throw new ConfigError(`${helper}: ${operation.id} ${otherwise}`, { operation: operation.id });
};

interface BoundMethod {
  readonly [TRANSPORT]: Transport;
  readonly operation: Operation;
}

const kindOf = (value: unknown): string => {
  if (value === undefined) return 'undefined: this API version has no method of that name';
  if (value instanceof Promise) return 'a call that is under way';
  return value === null ? 'null' : `a ${typeof value}`;
};
