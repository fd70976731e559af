import { ConfigError } from './errors.js';
import type { CallState, HttpRequest } from './http.js';
import type { ArrayStyle, CallOptions, FormField, Operation, QueryParameter } from './operation.js';

/** Where requests go: an origin and a product's path prefix. */
export interface Target {
  readonly origin: string;
  readonly prefix: string;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Writes one call as an HTTP request.
 * @throws {ConfigError} for a parameter that the operation does not have, or that cannot be written
 */
export const writeRequest = async (
  operation: Operation,
  given: object,
  { headers = {} }: CallOptions,
  target: Target,
  call: CallState,
): Promise<HttpRequest> => {
  const params = given as Values;
  checkPath(operation);
  refuseUnknown(operation, params);
  for (const secret of secretFields(operation, params)) call.secrets.add(secret);
  const { body, type } = await writeBody(operation, params);
  return {
    operation,
    method: operation.method,
    url:
      target.origin + target.prefix + writePath(operation, params) + writeQuery(operation, params),
    headers: {
      accept: acceptOf(operation),
      ...(type && { 'content-type': type }),
      ...checkedHeaders(operation, headers),
    },
    body,
    call,
  };
};

// JSON is asked for alone, although it is read from other types, too; a file comes as what it is.
const acceptOf = ({ response = 'json', accept }: Operation): string =>
  response === 'json' || response === 'none' ? 'application/json' : (accept?.join(', ') ?? '*/*');

// A path that begins with two slashes, or that a URL parser would rewrite, could lead to another host.
const PATH = /^\/(?![/\\])(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^?#\\\s]*$/;

const checkPath = ({ id, path }: Operation): void => {
  if (PATH.test(path)) return;
  throw new ConfigError(
    `${id}: the path must begin with one '/' and hold no host, query, fragment or dots.`,
    {
      operation: id,
      hint: 'Pass the query as `query`.',
    },
  );
};

const pathNames = (path: string): string[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '');

const refuseUnknown = (operation: Operation, params: Values): void => {
  const known = [
    ...pathNames(operation.path),
    ...[...(operation.query ?? []), ...(operation.form ?? []), ...(operation.multipart ?? [])].map(
      nameOf,
    ),
    ...(operation.body ? ['body'] : []),
  ];
  const unknown = Object.keys(params).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(`${operation.id} has no parameter '${unknown}'.`, {
    operation: operation.id,
    hint: known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}.`,
  });
};

const writePath = (operation: Operation, params: Values): string =>
  operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    const text = isScalar(value) ? String(value) : '';
    // An empty or dotted segment would address another resource.
    if (text !== '' && text !== '.' && text !== '..') return encodeURIComponent(text);
    throw new ConfigError(
      `${operation.id} needs '${name}' in its path: a non-empty string or a number.`,
      {
        operation: operation.id,
      },
    );
  });

const writeQuery = (operation: Operation, params: Values): string => {
  const pairs = (operation.query ?? []).flatMap((parameter) => {
    const {
      name,
      as = name,
      style,
    } = typeof parameter === 'string' ? { name: parameter } : (parameter as QueryParameter);
    return queryValues(operation, name, params[name], style).map(
      (value) => `${encodeURIComponent(as)}=${value}`,
    );
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};

// The separators themselves are written with percent signs but for the comma, as OpenAPI 3.0 shows them.
const SEPARATORS: Readonly<Record<ArrayStyle, string>> = { comma: ',', pipe: '%7C', space: '%20' };

const queryValues = (
  operation: Operation,
  name: string,
  value: unknown,
  style: ArrayStyle | undefined,
): string[] => {
  if (value === undefined || value === null) return [];
  const values = Array.isArray(value) ? value : [value];
  const texts = values.map((item) => encodeURIComponent(scalarText(operation, name, item)));
  if (style === undefined || texts.length === 0) return texts;
  return [texts.join(SEPARATORS[style])];
};

const isScalar = (value: unknown): value is bigint | boolean | number | string =>
  ['bigint', 'boolean', 'number', 'string'].includes(typeof value);

const scalarText = (operation: Operation, name: string, value: unknown): string => {
  if (value instanceof Date) return value.toISOString();
  if (isScalar(value) && !Number.isNaN(value)) return String(value);
  throw new ConfigError(
    `${operation.id}: '${name}' must be a string, a number, a boolean or a list of them.`,
    {
      operation: operation.id,
    },
  );
};

interface WrittenBody {
  readonly body?: string | ArrayBuffer;
  readonly type?: string;
}

const writeBody = async (operation: Operation, params: Values): Promise<WrittenBody> => {
  if (operation.form)
    return { body: writeForm(operation, params), type: 'application/x-www-form-urlencoded' };
  if (operation.multipart) return writeMultipart(operation.multipart, params);
  if (params.body === undefined) return {};
  return { body: writeJson(operation, params.body), type: 'application/json' };
};

const writeJson = (operation: Operation, value: unknown): string => {
  try {
    return JSON.stringify(value);
  } catch {
    throw new ConfigError(
      `${operation.id}: the body cannot be written as JSON (a cycle or a bigint).`,
      {
        operation: operation.id,
      },
    );
  }
};

const writeForm = (operation: Operation, params: Values): string => {
  const form = new URLSearchParams();
  for (const { name, as = name, default: fallback } of operation.form ?? []) {
    const value = params[name] ?? fallback;
    if (value !== undefined) form.append(as, scalarText(operation, name, value));
  }
  return form.toString();
};

// Response writes the parts and the boundary, the same on every platform and for every axios adapter.
const writeMultipart = async (
  fields: readonly FormField[],
  params: Values,
): Promise<WrittenBody> => {
  const form = new FormData();
  for (const { name, as = name } of fields) {
    const value = params[name];
    if (value === undefined) continue;
    if (value instanceof Blob) form.append(as, value);
    else form.append(as, String(value));
  }
  const written = new Response(form);
  return { body: await written.arrayBuffer(), type: written.headers.get('content-type') ?? '' };
};

const secretFields = (operation: Operation, params: Values): string[] =>
  (operation.form ?? [])
    .filter(({ secret }) => secret)
    .flatMap(({ name }) => {
      const value = params[name];
      return typeof value === 'string' ? [value] : [];
    });

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

const checkedHeaders = (
  operation: Operation,
  headers: Readonly<Record<string, string>>,
): Record<string, string> => {
  const entries = Object.entries(headers).map(([name, value]) => {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new ConfigError(
        `${operation.id}: the header '${name.replace(/[^\w-]/g, '?')}' cannot be sent as it is.`,
        {
          operation: operation.id,
        },
      );
    }
    if (name.toLowerCase() === 'authorization') {
      throw new ConfigError(`${operation.id}: 'Authorization' is not a header to set.`, {
        operation: operation.id,
        hint: 'The client sends its own token; pass `tokens` to createClient for tokens from elsewhere.',
      });
    }
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(entries);
};

const nameOf = (parameter: FormField | QueryParameter | string): string =>
  typeof parameter === 'string' ? parameter : parameter.name;
