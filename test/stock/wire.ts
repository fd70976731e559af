import { isDeepStrictEqual } from 'node:util';
import type { Recorded } from './recorder.ts';

/*
 * Two requests as a server reads them. Only then is their spelling compared, byte for byte.
 */

/** Where two requests differ, and what each has there. */
export interface Difference {
  /** `method`, `path`, `query`, `body`, a header such as `accept`, or the spelling of what is equal once decoded. */
  readonly part: string;
  readonly stock: unknown;
  readonly ours: unknown;
}

/** A request, or why none went out. */
export type Sent = Recorded | Error;

export const differencesOf = async (stock: Sent, ours: Sent): Promise<readonly Difference[]> => {
  if (stock instanceof Error || ours instanceof Error)
    return [{ part: 'call', stock: toText(stock), ours: toText(ours) }];
  const [stockParts, ourParts] = await Promise.all([partsOf(stock), partsOf(ours)]);
  const names = new Set([...stockParts.keys(), ...ourParts.keys()]);
  const decoded = [...names].flatMap((part) =>
    differenceIn(part, stockParts.get(part), ourParts.get(part)),
  );
  // Of what differs once decoded, the spelling says nothing more.
  const spelled = Object.entries(SPELLINGS).filter(
    ([part]) => !decoded.some((difference) => difference.part === part),
  );
  return [
    ...decoded,
    ...spelled.flatMap(([part, read]) =>
      differenceIn(`spelling of the ${part}`, read(stock), read(ours)),
    ),
  ];
};

const toText = (sent: Sent): string => (sent instanceof Error ? String(sent) : 'a request');

const differenceIn = (part: string, stock: unknown, ours: unknown): Difference[] =>
  isDeepStrictEqual(stock, ours) ? [] : [{ part, stock, ours }];

const partsOf = async (request: Recorded): Promise<ReadonlyMap<string, unknown>> => {
  const { method, headers } = request;
  return new Map<string, unknown>([
    ...[...headers].map(([name, value]) => [name, headerOf(request, name, value)] as const),
    ['method', method],
    ['path', pathOf(request).split('/').map(decodeURIComponent)],
    ['query', byName([...new URLSearchParams(queryOf(request))])],
    ['body', await bodyOf(request)],
  ]);
};

const pathOf = ({ target }: Recorded): string => target.split('?')[0] ?? '';
const queryOf = ({ target }: Recorded): string => target.split('?').slice(1).join('?');

/** Values of one name stay in their order. */
const byName = (pairs: readonly [string, string][]): readonly [string, string][] =>
  pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const typeOf = ({ headers }: Recorded): string => headers.get('content-type') ?? '';

const BOUNDARY = /boundary="?([^";]+)"?/;

const headerOf = ({ body }: Recorded, name: string, value: string): unknown => {
  if (name === 'accept') return value.split(/ *, */);
  // A boundary is made up for each request, and may be as long as it likes.
  if (name === 'content-type') return value.replace(BOUNDARY, 'boundary=*');
  return name === 'content-length' && Number(value) === body.length ? 'as it is' : value;
};

const bytesOf = (request: Recorded): string => {
  const boundary = BOUNDARY.exec(typeOf(request))?.[1];
  const text = request.body.toString('latin1');
  return boundary === undefined ? text : text.replaceAll(boundary, '*');
};

const SPELLINGS: Readonly<Record<string, (request: Recorded) => string>> = {
  path: pathOf,
  query: queryOf,
  body: bytesOf,
};

/** The body as a server reads it. */
const bodyOf = async (request: Recorded): Promise<unknown> => {
  const type = typeOf(request);
  const { body } = request;
  if (body.length === 0) return undefined;
  if (type.startsWith('application/json')) return JSON.parse(body.toString('utf8')) as unknown;
  if (type.startsWith('application/x-www-form-urlencoded'))
    return byName([...new URLSearchParams(body.toString('latin1'))]);
  if (!type.startsWith('multipart/form-data')) return body.toString('latin1');
  const headers = { 'content-type': type };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  return Promise.all([...form].map(readPart));
};

/** Files as plain data: two different ones compare as equal otherwise. */
const readPart = async ([field, value]: [string, File | string]): Promise<object> => {
  if (typeof value === 'string') return { field, value };
  const { name, type } = value;
  return { field, name, type, bytes: [...new Uint8Array(await value.arrayBuffer())] };
};
