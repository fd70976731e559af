import { secretFields, writeBody } from './body.js';
import type { CallState } from './call-state.js';
import { ConfigError } from './errors.js';
import type { HttpRequest } from './exchange.js';
import { checkedHeaders } from './headers.js';
import type { ArrayStyle, CallOptions, FormField, Operation, QueryParameter } from './operation.js';
import { own } from './own.js';
import { mustBeScalar, scalarText, type Values } from './values.js';

/** Where requests go: an origin and a product's path prefix; and who says to come. */
export interface Target {
  readonly origin: string;
  readonly prefix: string;
  readonly userAgent?: string | undefined;
}

/**
 * Writes one call as an HTTP request.
 * @throws {ConfigError} for a parameter that the operation does not have, or that cannot be written
 */
export const writeRequest = async (
  operation: Operation,
  values: object,
  { headers = {} }: CallOptions,
  target: Target,
  call: CallState,
): Promise<HttpRequest> => {
  const params = values as Values;
  const { names, accept } = outlineOf(operation);
  refuseUnknown(operation, names, params);
  for (const secret of secretFields(operation, params)) call.secrets.add(secret);
  const { body, type } = await writeBody(operation, params);
  return {
    operation,
    method: operation.method,
    url:
      target.origin + target.prefix + writePath(operation, params) + writeQuery(operation, params),
    headers: {
      accept,
      ...(target.userAgent && { 'user-agent': target.userAgent }),
      ...(type && { 'content-type': type }),
      ...checkedHeaders(operation, headers),
    },
    body,
    call,
  };
};

/** What of an operation is the same for each of its calls. */
interface Outline {
  /** Of all parameters. */
  readonly names: readonly string[];
  readonly accept: string;
}

const outlines = new WeakMap<Operation, Outline>();

const outlineOf = (operation: Operation): Outline => {
  const known = outlines.get(operation);
  if (known !== undefined) return known;
  checkPath(operation);
  const outline = { names: namesOf(operation), accept: acceptOf(operation) };
  outlines.set(operation, outline);
  return outline;
};

// JSON first, then what else is declared and read; a file comes as what it is.
const acceptOf = ({ response = 'json', accept = [] }: Operation): string => {
  if (response === 'json' || response === 'none') return ['application/json', ...accept].join(', ');
  return accept.length > 0 ? accept.join(', ') : '*/*';
};

// A path that begins with two slashes, or that a URL parser would rewrite, could lead to another host.
const PATH = /^(?!.*\/(?:\.|%2e){1,2}(?:\/|$))\/(?![/\\])[^?#\\\s\p{Cc}\p{Cs}]*$/iu;

const checkPath = ({ id, path }: Operation): void => {
  if (PATH.test(path)) return;
  throw new ConfigError(
    `${id}: the path must begin with one '/' and hold no host, query, fragment, dots or control characters.`,
    {
      operation: id,
      hint: 'Pass the query as `query`.',
    },
  );
};

const pathNames = (path: string): string[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '');

const namesOf = ({ path, query = [], form = [], multipart = [], body }: Operation): string[] => [
  ...pathNames(path),
  ...[...query, ...form, ...multipart].map(nameOf),
  ...(body ? ['body'] : []),
];

const refuseUnknown = (operation: Operation, known: readonly string[], params: Values): void => {
  const unknown = Object.keys(params).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(`${operation.id} has no parameter '${unknown}'.`, {
    operation: operation.id,
    hint: known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}.`,
  });
};

const NO_SEGMENT = /^\.{0,2}$|\p{Cc}/u;

const writePath = (operation: Operation, params: Values): string =>
  operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const text = scalarText(own(params, name)) ?? '';
    // An empty or dotted segment would address another resource, and what cannot be seen is a mistake.
    if (!NO_SEGMENT.test(text)) return encodeURIComponent(text);
    throw new ConfigError(
      `${operation.id} needs '${name}' in its path: a non-empty string without control characters, or a number.`,
      { operation: operation.id },
    );
  });

const spelled = (parameter: QueryParameter | string): Spelled => {
  if (typeof parameter === 'string') return { name: parameter, as: parameter, style: undefined };
  const { name, as = name, style } = parameter;
  return { name, as, style };
};

interface Spelled {
  readonly name: string;
  readonly as: string;
  readonly style: ArrayStyle | undefined;
}

const writeQuery = (operation: Operation, params: Values): string => {
  const pairs = (operation.query ?? []).flatMap((parameter) => {
    const { name, as, style } = spelled(parameter);
    return queryValues(operation, name, own(params, name), style).map(
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
  const texts = values.map((item) => encodeURIComponent(mustBeScalar(operation, name, item)));
  if (style === undefined || texts.length === 0) return texts;
  return [texts.join(own(SEPARATORS, style))];
};

const nameOf = (parameter: FormField | QueryParameter | string): string =>
  typeof parameter === 'string' ? parameter : parameter.name;
