import { ConfigError } from './errors.js';
import type { Method, Operation } from './operation.js';
import { ownFields } from './own.js';

/** A request that no document names, for `client.request`. */
export interface RawRequest {
  readonly method: Method;
  /**
   * Below the product's prefix, with the version, as it goes over the wire: `/2026-07/me`. A query goes into `query`: a `?` here is
   * refused, and so is a placeholder such as `{id}`.
   */
  readonly path: string;
  /** Values as operations take them; those that are undefined or null are left out, arrays are repeated. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * What the answer becomes: parsed JSON, all bytes at once, or bytes as they come (`AsyncIterable<Uint8Array>`).
   * @default 'json'
   */
  readonly response?: 'bytes' | 'json' | 'stream' | undefined;
  /** Which budget of the API it counts against, such as `'reporting'`. @default 'default' */
  readonly rateClass?: string | undefined;
  /** True if it only reads although its method is not GET: it may then be sent again whatever became of it. @default method === 'GET' */
  readonly read?: boolean | undefined;
}

const METHODS: ReadonlySet<unknown> = new Set<Method>(['DELETE', 'GET', 'PATCH', 'POST', 'PUT']);
const KINDS: ReadonlySet<unknown> = new Set(['bytes', 'json', 'stream', undefined]);

/**
 * The request as an operation and its parameters.
 * @throws {ConfigError} for what is no request
 */
export const toOperation = <R>(request: RawRequest): [Operation<object, R>, object] => {
  const { method, path, query, body, response, rateClass, read } = checked(request);
  // Query parameters get names of their own, so that none can be taken for the body.
  const given = Object.entries(query ?? {}).map(([as, value]) => ({
    name: `query ${as}`,
    as,
    value,
  }));
  const names = given.map(({ name, as }) => ({ name, as }));
  const values = Object.fromEntries(given.map(({ name, value }) => [name, value]));
  const isOfFile = response === 'bytes' || response === 'stream';
  const operation = {
    id: `${method} ${path}`,
    method,
    path,
    query: names,
    body: true,
    ...(isOfFile ? { response } : { accept: ['text/plain'] }),
    ...(rateClass !== undefined && { rateClass }),
    ...(read !== undefined && { read }),
  } as const;
  return [operation, body === undefined ? values : { ...values, body }];
};

const checked = (request: RawRequest): RawRequest => {
  const fields = ownFields(request ?? {});
  const { method, path, query, rateClass, read, response } = fields;
  const wrong = [
    !METHODS.has(method) && "'method' must be GET, POST, PUT, PATCH or DELETE",
    typeof path !== 'string' && "'path' must be a string, such as '/2026-07/me'",
    typeof path === 'string' &&
      /[{}]/.test(path) &&
      "'path' must hold the value itself in place of '{…}'",
    (typeof (query ?? {}) !== 'object' || Array.isArray(query)) &&
      "'query' must be an object of parameters",
    !KINDS.has(response) && "'response' must be 'json', 'bytes' or 'stream'",
    (rateClass ?? 'default') === '' || typeof (rateClass ?? '') !== 'string'
      ? "'rateClass' must be a non-empty string"
      : false,
    typeof (read ?? false) !== 'boolean' && "'read' must be true or false",
  ].find(Boolean);
  if (!wrong) return fields;
  throw new ConfigError(`client.request: ${wrong}.`, {
    hint: "Write it as client.request({ method: 'GET', path: '/2026-07/me' }).",
  });
};
