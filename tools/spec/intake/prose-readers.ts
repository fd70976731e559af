import { isObject, type Json, type JsonObject } from '../document.ts';
import { SpecError } from '../errors.ts';
import { shown } from '../model.ts';

/*
 * Readers of a document's nodes. Each keeps what it knows of its kind of node, so that a name that
 * the vendor gave to a property is never taken for a keyword.
 */

export interface At {
  readonly place: string;
  /** Name of this node in its parent. */
  readonly key: string;
  readonly root: JsonObject;
  /** Keywords that were left out although they are no words. */
  readonly dropped: Set<string>;
}

/** Reads a node of one kind; `undefined` leaves it out. */
export type Reader = (node: Json, at: At) => Json | undefined;

/** Keeps these keywords, in this order. */
export const record =
  (readers: Readonly<Record<string, Reader>>): Reader =>
  (node, at) => {
    const source = object(node, at);
    for (const key of unknownKeywords(source, readers)) at.dropped.add(key);
    return collect(Object.keys(readers), source, at, (key) => readers[key] as Reader);
  };

/** Keeps all names, sorted; OpenAPI lets extensions stand between names of some kinds. */
export const map =
  (reader: Reader, { mayBeExtended = false } = {}): Reader =>
  (node, at) => {
    const source = object(node, at);
    const names = Object.keys(source).filter((key) => !mayBeExtended || !key.startsWith('x-'));
    return collect(names.sort(), source, at, () => reader);
  };

export const list =
  (reader: Reader): Reader =>
  (node, at) => {
    if (!Array.isArray(node)) throw expected('A list', node, at);
    return node.flatMap((item, index) => {
      const value = reader(item, { ...at, place: `${at.place}/${index}` });
      return value === undefined ? [] : [value];
    });
  };

export const sorted =
  (reader: Reader): Reader =>
  (node, at) =>
    (list(reader)(node, at) as Json[]).sort(byValue);

/** Left out when nothing is in it. */
export const filled =
  (reader: Reader): Reader =>
  (node, at) => {
    const value = reader(node, at) ?? {};
    return Object.keys(value).length > 0 ? value : undefined;
  };

/** OpenAPI 3.0.3, Reference Object: what stands beside a `$ref` is ignored. */
export const orReference =
  (reader: Reader): Reader =>
  (node, at) => {
    if (!isObject(node) || node.$ref === undefined) return reader(node, at);
    for (const key of unknownKeywords(node, { $ref: text })) at.dropped.add(`${key} beside $ref`);
    return { $ref: text(node.$ref, at) as Json };
  };

const of =
  (type: 'boolean' | 'number' | 'string', what: string): Reader =>
  (node, at) => {
    if (typeof node === type) return node;
    throw expected(what, node, at);
  };

export const text: Reader = of('string', 'A text');
export const number: Reader = of('number', 'A number');
export const boolean: Reader = of('boolean', 'True or false');
/** False is what it is anyway. */
export const flag: Reader = (node, at) => boolean(node, at) || undefined;
/** Data, not structure. */
export const value: Reader = (node, at) =>
  Array.isArray(node) ? list(value)(node, at) : isObject(node) ? map(value)(node, at) : node;

export const object = (node: Json, at: At): JsonObject => {
  if (isObject(node)) return node;
  throw expected('An object', node, at);
};

// Words, wherever a keyword may stand.
const PROSE = new Set(
  `contact description example examples externalDocs license summary termsOfService title`.split(
    ' ',
  ),
);

const unknownKeywords = (node: JsonObject, known: object): string[] =>
  Object.keys(node).filter(
    (key) => !Object.hasOwn(known, key) && !PROSE.has(key) && !key.startsWith('x-'),
  );

const collect = (
  keys: readonly string[],
  source: JsonObject,
  at: At,
  readerOf: (key: string) => Reader,
): JsonObject =>
  Object.fromEntries(
    keys.flatMap((key) => {
      if (!Object.hasOwn(source, key)) return [];
      const value = readerOf(key)(source[key] as Json, { ...at, key, place: `${at.place}/${key}` });
      return value === undefined ? [] : [[key, value]];
    }),
  );

const byValue = (a: Json, b: Json): number => {
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1;
  const [one, other] = typeof a === 'object' ? [JSON.stringify(a), JSON.stringify(b)] : [a, b];
  return (one as string) < (other as string) ? -1 : Number(one !== other);
};

const expected = (what: string, node: Json, { place }: At): SpecError =>
  new SpecError(
    `${place}: ${what} was expected where the document has ${shown(node).slice(0, 60)}.`,
  );
