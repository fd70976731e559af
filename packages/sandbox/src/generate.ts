import { type Fields, resolve, type Schema } from './documents.js';
import { normalise } from './router.js';
import { echo, hash, numberValue, stringValue } from './values.js';

/** Where an answer is generated: what its values depend on, and what they must agree with. */
export interface Scene {
  readonly seed: number;
  readonly schemas: Fields;
  readonly path: string;
  /** The collection's name, so that a resource is the same in a list and alone. */
  readonly kind: string;
  readonly params: ReadonlyMap<string, string>;
  readonly ownId: string | undefined;
  /** The items of the answer's own list, counted over all pages. */
  readonly from: number;
  readonly until: number;
  /** How many enums are still to hold a value that the document does not name. */
  readonly surprises: { left: number };
}

export function generate(schema: Schema, scene: Scene): unknown {
  return make(schema, { scene, key: scene.path, kind: scene.kind, name: '', level: 0, refs: [] });
}

interface Place {
  readonly scene: Scene;
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  /** 0 for the body and 1 for its `data`, where the answer's own list or resource stands. */
  readonly level: number;
  readonly refs: readonly string[];
  /** Set in a list: a number that no other item of the list has. */
  readonly itemId?: number | undefined;
}

function make(declared: Schema, outer: Place): unknown {
  const place = declared.$ref ? { ...outer, refs: [...outer.refs, declared.$ref] } : outer;
  const schema = resolve(declared, place.scene.schemas);
  const key = `${place.scene.seed} ${place.key}`;
  const choices = choicesOf(schema);
  const known = knownValue(schema, place);
  if (known !== undefined) return known;
  if (choices.length > 0) return surprise(schema, place) ?? choices[hash(key) % choices.length];
  if (schema.type === 'array') return makeList(schema, place);
  if (schema.type === 'string') return stringValue(schema, place.name, key);
  if (schema.type === 'boolean') return hash(key) % 2 === 1;
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  return isNumber ? numberValue(schema, place.name, key) : makeObject(schema, place);
}

/** What the path or the list already says about a field. */
function knownValue(schema: Schema, { scene, name, level, itemId }: Place): unknown {
  const own = itemId ?? (level <= 2 ? scene.ownId : undefined);
  const value = name === 'id' ? own : scene.params.get(normalise(name));
  return value === undefined ? undefined : echo(schema, String(value));
}

function makeList({ items = {}, minItems = 0, maxItems }: Schema, place: Place): unknown[] {
  if (isCycle(items, place)) return [];
  const { scene, level, name } = place;
  const isMain = level === 0 || (level === 1 && name === 'data');
  const [from, until] = isMain ? [scene.from, scene.until] : [0, Math.max(minItems, 2)];
  const length = Math.min(until - from, maxItems ?? Infinity);
  const start = hash(`${scene.seed} ${place.key}`);
  const choices = choicesOf(resolve(items, scene.schemas));
  // In turn from any start, because a list of named choices holds none twice.
  if (choices.length > 0) {
    const count = Math.min(length, choices.length);
    return Array.from({ length: count }, (_, i) => choices[(start + i) % choices.length]);
  }
  return Array.from({ length }, (_, i) => {
    const itemId = (start % 2_000_000) * 1_000 + from + i + 1;
    return make(items, { ...place, key: `${place.key}[${from + i}]`, itemId, level: level + 1 });
  });
}

function makeObject(schema: Schema, place: Place): Record<string, unknown> {
  const { properties = {}, required = [], additionalProperties: rest } = schema;
  const field = (name: string, from: Place): Place => ({
    ...from,
    key: `${from.key}.${name}`,
    name,
    level: place.level + 1,
  });
  const id = properties.id && make(properties.id, field('id', place));
  const anonymous = { ...place, itemId: undefined };
  // Not the path but the id decides the rest, so that a resource is the same wherever it stands.
  const self = id === undefined ? anonymous : { ...anonymous, key: `${place.kind}#${id}` };
  const valueAt = (name: string, property: Schema): unknown => {
    if (name === 'id') return id;
    if (place.level === 0 && /^(errors|warnings)$/.test(name)) return [];
    return make(property, field(name, id === undefined ? self : { ...self, kind: name }));
  };
  const declared = Object.entries(properties).filter(
    ([name, property]) => required.includes(name) || !isCycle(property, place),
  );
  const isMap = typeof rest === 'object' && declared.length === 0;
  const others = [...required, ...(isMap ? ['first', 'second'] : [])]
    .filter((name) => !Object.hasOwn(properties, name))
    .map((name): [string, Schema] => [name, typeof rest === 'object' ? rest : {}]);
  return Object.fromEntries(
    [...declared, ...others].map(([name, property]) => [name, valueAt(name, property)]),
  );
}

function surprise({ type }: Schema, { scene: { surprises }, name }: Place): string | undefined {
  if (type !== 'string' || name === '' || surprises.left === 0) return undefined;
  surprises.left -= 1;
  return 'value-of-tomorrow';
}

function choicesOf(schema: Schema): readonly unknown[] {
  return schema.enum?.filter((value) => value !== null) ?? [];
}

function isCycle(schema: Schema, { refs }: Place): boolean {
  const ref = schema.$ref ?? schema.items?.$ref;
  return ref !== undefined && refs.includes(ref);
}
