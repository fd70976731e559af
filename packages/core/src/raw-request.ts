import type { Method, Operation } from './operation.js';
import { ownFields } from './own.js';

/** A request that no document names, for `client.request`. */
export interface RawRequest {
  readonly method: Method;
  /** Begins with one `/`; the product's prefix is put before it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The request as an operation and its parameters. */
export const toOperation = <R>(request: RawRequest): [Operation<object, R>, object] => {
  const { method, path, query, body } = ownFields(request);
  // Query parameters get names of their own, so that none can be taken for the body.
  const given = Object.entries(query ?? {}).map(([as, value]) => ({
    name: `query ${as}`,
    as,
    value,
  }));
  const names = given.map(({ name, as }) => ({ name, as }));
  const values = Object.fromEntries(given.map(({ name, value }) => [name, value]));
  const operation = {
    id: `${method} ${path}`,
    method,
    path,
    query: names,
    body: true,
    accept: ['text/plain'],
  } as const;
  return [operation, body === undefined ? values : { ...values, body }];
};
