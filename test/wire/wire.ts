import { isDeepStrictEqual } from 'node:util';
import type { JournalEntry } from '@criteo-sdk/sandbox';
import type { Described, Parameter } from './document.js';
import type { Sample } from './sampler.js';
import type { Exchange } from './tap.js';

/** A request in a form in which only differences that mean something are differences. */
export interface Wire {
  readonly method: string;
  /** Decoded segments. */
  readonly path: readonly string[];
  /** Decoded, by name; values of one name in their order. */
  readonly query: readonly Pair[];
  readonly contentType: string | undefined;
  readonly body: unknown;
  readonly authorization: 'Bearer' | undefined;
}

export type Pair = readonly [name: string, value: string];

/** The request that the document asks for. */
export const expectedWire = async (operation: Described, given: Sample): Promise<Wire> => {
  const { method, path, parameters, body, isToken } = operation;
  const segments = path.slice(1).split('/');
  const isSent = given.json !== undefined || (body !== undefined && isForm(body.type));
  return {
    method,
    path: segments.map((segment) =>
      segment.startsWith('{') ? String(given.path[segment.slice(1, -1)]) : segment,
    ),
    query: byName(
      parameters
        .filter((parameter) => parameter.in === 'query')
        .flatMap((parameter) => pairsOf(parameter, given.query[parameter.name])),
    ),
    contentType: isSent ? body?.type : undefined,
    body: isSent ? await expectedBody(operation, given) : undefined,
    authorization: isToken ? undefined : 'Bearer',
  };
};

/** The request that the sandbox saw. Forms come from the line, because the journal holds no secrets. */
export const seenWire = async (entry: JournalEntry, exchange: Exchange): Promise<Wire> => {
  const contentType = entry.headers.contentType?.split(';')[0];
  return {
    method: entry.method,
    path: entry.path.slice(1).split('/').map(decodeURIComponent),
    query: byName([...new URLSearchParams(entry.query)]),
    contentType,
    body: await seenBody(contentType, entry, exchange),
    authorization: schemeOf(exchange.headers.authorization),
  };
};

/** The members in which two requests differ, with both values. */
export const differences = (expected: Wire, seen: Wire): Readonly<Record<string, Difference>> => {
  const members = Object.keys(expected).map((member): [string, Difference] => [
    member,
    { expected: Reflect.get(expected, member), seen: Reflect.get(seen, member) },
  ]);
  return Object.fromEntries(
    members.filter(([, values]) => !isDeepStrictEqual(values.expected, values.seen)),
  );
};

export interface Difference {
  readonly expected: unknown;
  readonly seen: unknown;
}

const isForm = (type: string): boolean => type !== 'application/json';

const pairsOf = ({ name, style = 'form', explode = true }: Parameter, value: unknown): Pair[] => {
  if (style !== 'form' || !explode) throw new Error(`${name}: a style that no document had so far`);
  if (value === undefined) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((item) => [name, String(item)]);
};

const expectedBody = async ({ body }: Described, { form, json }: Sample): Promise<unknown> => {
  if (body?.type === 'application/json') return json;
  const fields = Object.entries(body?.schema.properties ?? {}).flatMap(([name, schema]) => {
    const value = form[name] ?? schema.default;
    return value === undefined ? [] : [[name, value] as const];
  });
  const isUrlEncoded = body?.type === 'application/x-www-form-urlencoded';
  return isUrlEncoded
    ? byName(fields.map(([name, value]) => [name, String(value)]))
    : partsOf(fields);
};

const seenBody = async (
  contentType: string | undefined,
  { body: text }: JournalEntry,
  { body, headers }: Exchange,
): Promise<unknown> => {
  if (contentType === 'application/json') return JSON.parse(text) as unknown;
  if (contentType === 'application/x-www-form-urlencoded')
    return byName([...new URLSearchParams(body.toString('latin1'))]);
  if (contentType !== 'multipart/form-data') return text === '' ? undefined : text;
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  return partsOf([...form]);
};

/** Files as plain data: two different ones compare as equal otherwise. */
const partsOf = (fields: readonly (readonly [string, unknown])[]): Promise<unknown> =>
  Promise.all(
    fields.map(async ([field, value]) => {
      if (!(value instanceof File)) return { field, value };
      const { name, type } = value;
      return { field, name, type, bytes: [...new Uint8Array(await value.arrayBuffer())] };
    }),
  );

const schemeOf = (authorization: string | undefined): 'Bearer' | undefined => {
  if (authorization === undefined) return undefined;
  if (/^Bearer [\x21-\x7e]+$/.test(authorization)) return 'Bearer';
  throw new Error('an Authorization header of another kind');
};

const byName = (pairs: readonly Pair[]): readonly Pair[] =>
  pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
