import { meetingKey } from '../compare/book.ts';
import type { Comparison, Finding } from '../compare/compare.ts';
import type { Difference, Place } from '../compare/compare-shapes.ts';
import type { Literal, Shape } from '../generate/shape.ts';
import { propertyKey, string } from '../generate/sinks.ts';
import { printType } from '../generate/types.ts';

/*
 * Code that a breaking finding breaks, and the same code after it: one statement a line. `api` is
 * everything that the entry point exports, `Client` what its createClient returns.
 */

/** Statements without their names: `= (value: api.A) => value.b` is given one by the guide. */
export interface Snippet {
  /** Compiles against the old version; each line fails against the new one. */
  readonly before: readonly string[];
  /** Compiles against the new version. */
  readonly after: readonly string[];
}

export const snippetOf = (finding: Finding, comparison: Comparison): Snippet => {
  const own = ownSnippet(finding, comparison);
  const gone = finding.types.map((name) => `type = api.${name}`);
  return { before: [...own.before, ...gone], after: own.after };
};

const ownSnippet = ({ difference, kind, type }: Finding, comparison: Comparison): Snippet => {
  const { place } = difference;
  switch (kind) {
    case 'type-removed':
      return { before: [], after: [] };
    case 'alias-removed': {
      const name = successorOf(type ?? '', comparison);
      return { before: [], after: name === undefined ? [] : [`type = api.${name}`] };
    }
    case 'type-renamed':
      return {
        before: [`type = api.${type}`],
        after: [`type = api.${comparison.renames.get(type ?? '')}`],
      };
    case 'operation-removed':
      return { before: [`const = (client: Client) => client.${place.owner}`], after: [] };
    case 'operation-renamed':
      return {
        before: [`const = (client: Client) => client.${place.owner}`],
        after: [`const = (client: Client) => client.${place.successor}`],
      };
    default:
      return placeSnippet(difference, comparison);
  }
};

/** What a type is called in the new version, if anything. */
export const successorOf = (
  type: string,
  { fresh, old, renames }: Comparison,
): string | undefined => {
  const real = old.exported.get(type)?.name ?? type;
  return fresh.exported.get(real)?.name ?? renames.get(real);
};

const placeSnippet = (
  { fresh, gone, kind, old, place }: Difference,
  comparison: Comparison,
): Snippet => {
  const before = expressionOf(place, comparison, 'old');
  const after = expressionOf(place, comparison, 'fresh');
  const { holder, key } = before;
  const name = parameterName(key);
  const isSent = place.direction === 'request';
  const [was, is] = [textOf(old), textOf(fresh)];
  switch (kind) {
    case 'key-removed':
      return isSent
        ? dropped(`(${name}: ${was}): Partial<${holder}> => ({ ${entry(key, name)} })`)
        : dropped(`(value: ${holder}) => value${access(key)}`);
    case 'key-undeclared':
      return dropped(`(value: ${holder}): ${was} | undefined => value${access(key)}`);
    case 'required-key-added':
    case 'key-became-required': {
      const rest = `value: Omit<${after.holder}, ${string(key)}>`;
      return changed(
        `(value: Omit<${holder}, ${string(key)}>): ${holder} => value`,
        `(${rest}, ${name}: ${is}): ${after.holder} => ({ ...value, ${entry(key, name)} })`,
      );
    }
    case 'enum-value-removed':
    case 'enum-removed':
      return goneValues(before.value, after.value, old, fresh);
    case 'index-removed':
      return isSent
        ? dropped(`(value: unknown): Partial<${before.value}> => ({ anyKey: value })`)
        : dropped(`(value: ${before.value}) => value['anyKey']`);
    case 'variant-removed':
      return dropped(`(value: ${textOf(gone)}): ${before.value} => value`);
    case 'list-became-mutable':
      return changed(
        `(value: ${was}): ${before.value} => value`,
        `(value: ${was}): ${after.value} => [...value]`,
      );
    case 'null-removed':
      return changed(
        `(value: null): ${before.value} => value`,
        `(value: ${is}): ${after.value} => value`,
      );
    default: {
      if (isSent)
        return changed(
          `(value: ${was}): ${before.value} => value`,
          `(value: ${is}): ${after.value} => value`,
        );
      const maybe = key === '' ? '' : ' | undefined';
      return changed(
        `(value: ${before.value}): ${was}${kind === 'key-became-optional' ? '' : maybe} => value`,
        `(value: ${after.value}): ${is}${maybe} => value`,
      );
    }
  }
};

const dropped = (code: string): Snippet => ({ before: [`const = ${code}`], after: [] });

const changed = (before: string, after: string): Snippet => ({
  before: [`const = ${before}`],
  after: [`const = ${after}`],
});

const goneValues = (
  before: string,
  after: string,
  old: Shape | undefined,
  fresh: Shape | undefined,
): Snippet => {
  const [mine, theirs] = [membersOf(old), membersOf(fresh)];
  const gone = mine.filter((value) => !theirs.includes(value));
  const line = (type: string, value: Literal): string =>
    `const : Extract<${type}, ${literal(value)}> = ${literal(value)}`;
  return {
    before: gone.map((value) => line(before, value)),
    after: gone.flatMap((value) => {
      const twin = theirs.find((one) => letters(one) === letters(value));
      return twin === undefined ? [] : [line(after, twin)];
    }),
  };
};

const membersOf = (shape: Shape | undefined): readonly Literal[] =>
  shape?.kind === 'enum' ? shape.members : [];

const letters = (value: Literal): string =>
  String(value)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

const literal = (value: Literal): string =>
  typeof value === 'string' ? string(value) : String(value);

/** A type as the code of a user writes it. */
const textOf = (shape: Shape | undefined): string =>
  shape ? printType(shape, (name) => `api.${name}`) : 'unknown';

const entry = (key: string, name: string): string =>
  key === name ? name : `${propertyKey(key)}: ${name}`;

const access = (key: string): string => (propertyKey(key) === key ? `.${key}` : `[${string(key)}]`);

const parameterName = (key: string): string =>
  /^[a-z][A-Za-z0-9]*$/.test(key) &&
  !['value', 'default', 'class', 'function', 'delete', 'new', 'in'].includes(key)
    ? key
    : 'given';

/** Types that reach a place. */
interface Expression {
  /** The object that has the last key. */
  readonly holder: string;
  readonly key: string;
  /** The place itself; undefined where its key may be absent. */
  readonly value: string;
}

const expressionOf = (
  place: Place,
  comparison: Comparison,
  version: 'fresh' | 'old',
): Expression => {
  const [first = '', ...rest] = place.keys;
  const keys = ['(', ')', '!'].includes(first) ? rest : place.keys;
  const base = baseOf(place, comparison, version);
  const holder = keys.slice(0, -1).reduce(step, base);
  const key = keys.at(-1) ?? '';
  return { holder, key, value: keys.length === 0 ? base : `${holder}${indexOf(key)}` };
};

const step = (type: string, key: string): string => `NonNullable<${type}${indexOf(key)}>`;

const indexOf = (key: string): string => {
  if (key === '[]') return '[number]';
  return key === '[key]' ? '[string]' : `[${string(key)}]`;
};

const baseOf = (place: Place, comparison: Comparison, version: 'fresh' | 'old'): string => {
  const { meetings } = comparison;
  const name = version === 'old' ? place.owner : place.successor;
  if (place.owner.includes('.')) {
    const [was, is] = place.grants ?? [];
    return operationType(place, name, version === 'old' ? was : is);
  }
  // A name that means something else in the new version is reached from an operation.
  const isItself =
    place.owner === place.successor ||
    !comparison.fresh.exported.has(place.owner) ||
    isAlias(place, comparison);
  const met = meetings.get(meetingKey(place.owner, place.successor, place));
  if (isItself || met === undefined) return `api.${name}`;
  return `NonNullable<${expressionOf(met.place, comparison, version).value}>`;
};

const isAlias = ({ owner, successor }: Place, { fresh }: Comparison): boolean =>
  fresh.exported.get(owner)?.name === successor;

const operationType = (
  { keys: [part] }: Place,
  name: string,
  grant: string | undefined,
): string => {
  const method = name
    .split('.')
    .map((one) => `[${string(one)}]`)
    .join('');
  if (part !== '(') return `Awaited<ReturnType<Client${method}>>`;
  const params = `NonNullable<Parameters<Client${method}>[0]>`;
  return grant === undefined ? params : `Extract<${params}, { grantType: ${string(grant)} }>`;
};
