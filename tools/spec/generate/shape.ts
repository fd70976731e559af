import { isObject, type Json, type JsonObject, resolveRef, stepsOfRef } from '../document.ts';
import { SpecError } from '../errors.ts';
import { type ApiModel, object, shown } from '../model.ts';
import { identifier } from './sinks.ts';

/*
 * What a schema is for a user of TypeScript. The generator prints shapes and the comparison of two
 * versions compares them, so that neither can see what the other does not.
 */

/** Where a schema's values come from. An enum of an answer stays open: the API may add to it. */
export type Usage = 'both' | 'request' | 'response';

export type Shape = Kind & {
  readonly nullable: boolean;
  /** The schema, for what it says beside its type. */
  readonly source: JsonObject;
};

type Kind =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'plain'; readonly type: PlainType }
  | {
      readonly kind: 'enum';
      readonly members: readonly Literal[];
      /** Kinds of value that are allowed beside the members. */
      readonly open: readonly ('number' | 'string')[];
    }
  | { readonly kind: 'array'; readonly item: Shape; readonly isReadonly: boolean }
  | ObjectKind
  | { readonly kind: 'model'; readonly name: string; readonly schemaName: string }
  | { readonly kind: 'intersection' | 'union'; readonly members: readonly Shape[] };

export type PlainType = 'Blob' | 'Uint8Array' | 'boolean' | 'number' | 'string' | 'undefined';
export type Literal = boolean | number | string;

export interface ObjectKind {
  readonly kind: 'object';
  readonly fields: readonly FieldShape[];
  /** Type of the keys that are not named, if there may be some. */
  readonly index: Shape | undefined;
}

export interface FieldShape {
  readonly key: string;
  readonly isOptional: boolean;
  readonly isReadonly: boolean;
  readonly shape: Shape;
}

/** Reads schemas of one document. */
export interface ShapeReader {
  shapeOf(schema: JsonObject, usage: Usage): Shape;
  /** The fields of a schema that has an interface of its own. */
  objectOf(schema: JsonObject, usage: Usage): ObjectKind;
}

const PREFIX = '#/components/schemas/';

/** What the SDK calls a schema. */
export const modelName = (name: string, schema: JsonObject): string =>
  identifier(typeof schema['x-name'] === 'string' ? schema['x-name'] : name);

/** Names that the SDK gave a schema before; they stay for a while. */
export const aliasesOf = (schema: JsonObject): string[] =>
  Array.isArray(schema['x-aliases']) ? schema['x-aliases'].map(String) : [];

/** Does the schema get an interface of its own? */
export const isModel = (schema: JsonObject): boolean =>
  isObject(schema.properties) &&
  Object.keys(schema.properties).length > 0 &&
  !COMBINERS.some(([key]) => Array.isArray(schema[key]));

const COMBINERS = [
  ['allOf', 'intersection'],
  ['oneOf', 'union'],
  ['anyOf', 'union'],
] as const;

/** For each named schema that operations reach: how they use it. */
export const usages = ({ document, operations }: ApiModel): Map<string, Usage> => {
  const found = new Map<string, Usage>();
  const visit = (node: Json, usage: 'request' | 'response'): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isObject(node) && typeof node.$ref === 'string' && node.$ref.startsWith(PREFIX)) {
      const name = schemaName(node.$ref);
      const before = found.get(name);
      if (before === 'both' || before === usage) return;
      found.set(name, before === undefined ? usage : 'both');
      visit(resolveRef(document, node.$ref), usage);
    } else {
      for (const child of Object.values(node)) visit(child as Json, usage);
    }
  };
  for (const { body, parameters, result } of operations) {
    for (const { schema } of [...parameters, ...(body ? [body] : [])]) visit(schema, 'request');
    for (const schema of [...result.schemas, ...result.errors]) visit(schema, 'response');
  }
  return found;
};

const schemaName = (ref: string): string => {
  const [name = '', ...inner] = stepsOfRef(ref).slice(2);
  if (inner.length === 0) return name;
  throw new SpecError(`The $ref '${ref}' points into a schema; only whole ones have names.`);
};

export const shapeReader = (document: JsonObject): ShapeReader => {
  const shapeOf = (schema: JsonObject, usage: Usage, depth = 0): Shape => {
    if (depth > 64) throw new SpecError('A schema without a name of its own contains itself.');
    if (typeof schema.$ref === 'string') return reference(schema.$ref, usage, depth);
    const kind = kindOf(schema, usage, depth);
    const nullable = isNullable(schema) || ('nullable' in kind && kind.nullable === true);
    return { ...kind, nullable: nullable && kind.kind !== 'unknown', source: schema };
  };

  const reference = (ref: string, usage: Usage, depth: number): Shape => {
    const schema = resolveRef(document, ref);
    if (!ref.startsWith(PREFIX) || !isModel(schema)) return shapeOf(schema, usage, depth + 1);
    const name = schemaName(ref);
    return {
      kind: 'model',
      name: modelName(name, schema),
      schemaName: name,
      nullable: isNullable(schema),
      source: schema,
    };
  };

  const kindOf = (schema: JsonObject, usage: Usage, depth: number): Kind => {
    const combined = COMBINERS.flatMap(([key, kind]): Shape[] => {
      const schemas = schema[key];
      if (!Array.isArray(schemas)) return [];
      const members = schemas.map((member) => shapeOf(object(member), usage, depth + 1));
      return [{ kind, members, nullable: false, source: schema }];
    });
    const [first, ...more] = combined;
    if (first !== undefined && !isObject(schema.properties) && more.length === 0)
      return onlyMember(first) ?? first;
    if (first !== undefined) {
      const own = isObject(schema.properties) ? [objectKind(schema, usage, depth)] : [];
      const shapes = own.map((kind) => ({ ...kind, nullable: false, source: schema }));
      return { kind: 'intersection', members: [...combined, ...shapes] };
    }
    if (Array.isArray(schema.enum)) return enumKind(schema.enum, usage);
    switch (schema.type) {
      case 'string':
        return { kind: 'plain', type: schema.format === 'binary' ? bytesOf(usage) : 'string' };
      case 'integer':
      case 'number':
        return { kind: 'plain', type: 'number' };
      case 'boolean':
        return { kind: 'plain', type: 'boolean' };
      case 'array': {
        const item = shapeOf(object(schema.items ?? {}), usage, depth + 1);
        // What is only sent may come as a constant; what is received may be sorted in place.
        return { kind: 'array', item, isReadonly: usage === 'request' };
      }
      case 'object':
        return objectKind(schema, usage, depth);
      case undefined:
        return isObject(schema.properties) ? objectKind(schema, usage, depth) : { kind: 'unknown' };
      default:
        throw new SpecError(
          `A schema has the type '${shown(schema.type)}', which OpenAPI 3.0 does not know.`,
        );
    }
  };

  const objectKind = (schema: JsonObject, usage: Usage, depth: number): ObjectKind => {
    const properties = Object.entries(isObject(schema.properties) ? schema.properties : {});
    const fields = properties.map(([key, raw]) => {
      const property = object(raw);
      return {
        key,
        isOptional: !isRequired(schema, key, usage),
        isReadonly: property.readOnly === true,
        shape: shapeOf(property, usage, depth + 1),
      };
    });
    const { additionalProperties: more } = schema;
    const isOpen = fields.length === 0 || more === true || isObject(more);
    // Beside named keys their types cannot all fit one of the others.
    const index = fields.length === 0 && isObject(more) ? shapeOf(more, usage, depth + 1) : UNKNOWN;
    return { kind: 'object', fields, index: isOpen ? index : undefined };
  };

  return {
    shapeOf: (schema, usage) => shapeOf(schema, usage),
    objectOf: (schema, usage) => objectKind(schema, usage, 0),
  };
};

// A wrapper round one schema, such as one that makes it nullable, is that schema.
const onlyMember = (shape: Shape): Shape | undefined =>
  shape.kind === 'intersection' || shape.kind === 'union'
    ? shape.members.length === 1
      ? shape.members[0]
      : undefined
    : undefined;

const UNKNOWN: Shape = { kind: 'unknown', nullable: false, source: {} };

const bytesOf = (usage: Usage): PlainType => (usage === 'request' ? 'Blob' : 'Uint8Array');

// OpenAPI 3.0: a required property that is read-only is required in answers only.
const isRequired = (schema: JsonObject, key: string, usage: Usage): boolean => {
  const property = object(schema.properties)[key];
  const isReadOnly = isObject(property) && property.readOnly === true;
  return (
    Array.isArray(schema.required) &&
    schema.required.includes(key) &&
    !(isReadOnly && usage !== 'response')
  );
};

const isNullable = (schema: JsonObject): boolean =>
  schema.nullable === true || (Array.isArray(schema.enum) && schema.enum.includes(null));

const enumKind = (values: readonly Json[], usage: Usage): Kind => {
  const members = values.filter((value) => value !== null);
  const bad = members.find((value) => typeof value === 'object');
  if (bad !== undefined)
    throw new SpecError('An enum holds something that is neither text nor number.');
  if (members.includes(true) && members.includes(false) && members.length === 2)
    return { kind: 'plain', type: 'boolean' };
  const open = (['string', 'number'] as const).filter(
    (kind) => usage !== 'request' && members.some((value) => typeof value === kind),
  );
  return { kind: 'enum', members: members as Literal[], open };
};
