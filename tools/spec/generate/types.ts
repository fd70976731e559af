import { isObject, type Json, type JsonObject } from '../document.ts';
import {
  type FieldShape,
  type Literal,
  type Shape,
  type ShapeReader,
  shapeReader,
  type Usage,
} from './shape.ts';
import { comment, number, propertyKey, string } from './sinks.ts';

/** Writes the TypeScript type of a schema, noting which models it names. */
export interface TypeWriter {
  readonly reader: ShapeReader;
  print(shape: Shape): string;
  /** The fields of a model's interface. */
  fieldsOf(schema: JsonObject, usage: Usage): Field[];
  /** Models that have been named since the last call, sorted. */
  takeNames(): string[];
}

/** A property, ready to print. */
export interface Field {
  readonly doc: string;
  readonly key: string;
  readonly mark: string;
  readonly type: string;
}

export const typeWriter = (document: JsonObject): TypeWriter => {
  const reader = shapeReader(document);
  const names = new Set<string>();
  const print = (shape: Shape): string => {
    for (const name of namesIn(shape)) names.add(name);
    return printType(shape);
  };
  return {
    reader,
    print,
    fieldsOf: (schema, usage) => {
      const { fields, index } = reader.objectOf(schema, usage);
      const printed = fields.map((field) => ({
        doc: comment(schemaLines(object(schema.properties, field.key))),
        key: `${field.isReadonly ? 'readonly ' : ''}${propertyKey(field.key)}`,
        mark: field.isOptional ? '?' : '',
        type: print(field.shape),
      }));
      const open = { doc: '', key: '[key: string]', mark: '', type: 'unknown' };
      return index ? [...printed, open] : printed;
    },
    takeNames: () => {
      const taken = [...names].sort();
      names.clear();
      return taken;
    },
  };
};

// The schema as it is written at the property: a $ref has words of its own elsewhere.
const object = (properties: Json | undefined, key: string): JsonObject => {
  const property = isObject(properties) ? properties[key] : undefined;
  return isObject(property) ? property : {};
};

/** The type of a shape, as generated code says it. */
export const printType = (shape: Shape, nameOf = (name: string): string => name): string => {
  const type = plainType(shape, nameOf);
  return shape.nullable ? `${type} | null` : type;
};

type NameOf = (name: string) => string;

const plainType = (shape: Shape, nameOf: NameOf): string => {
  switch (shape.kind) {
    case 'unknown':
      return 'unknown';
    case 'plain':
      return shape.type;
    case 'enum':
      return enumType(shape.members, shape.open);
    case 'array':
      return `${shape.isReadonly ? 'readonly ' : ''}${wrapped(printType(shape.item, nameOf))}[]`;
    case 'model':
      return nameOf(shape.name);
    case 'union':
    case 'intersection':
      return [...new Set(shape.members.map((member) => wrapped(printType(member, nameOf))))].join(
        shape.kind === 'union' ? ' | ' : ' & ',
      );
    case 'object':
      return objectType(shape.fields, shape.index, nameOf);
  }
};

const objectType = (
  fields: readonly FieldShape[],
  index: Shape | undefined,
  nameOf: NameOf,
): string => {
  const named = fields.map(
    ({ isOptional, isReadonly, key, shape }) =>
      `${isReadonly ? 'readonly ' : ''}${propertyKey(key)}${isOptional ? '?' : ''}: ${printType(shape, nameOf)}`,
  );
  return `{ ${[...named, ...(index ? [`[key: string]: ${printType(index, nameOf)}`] : [])].join('; ')} }`;
};

const enumType = (members: readonly Literal[], open: readonly string[]): string =>
  [...members.map(literal), ...open.map((kind) => `(${kind} & {})`)].join(' | ') || 'never';

const literal = (value: Literal): string =>
  typeof value === 'string'
    ? string(value)
    : typeof value === 'number'
      ? number(value)
      : String(value);

/** Names of the models that a shape mentions. */
export const namesIn = (shape: Shape): string[] => {
  switch (shape.kind) {
    case 'model':
      return [shape.name];
    case 'array':
      return namesIn(shape.item);
    case 'union':
    case 'intersection':
      return shape.members.flatMap(namesIn);
    case 'object':
      return [
        ...shape.fields.map((field) => field.shape),
        ...(shape.index ? [shape.index] : []),
      ].flatMap(namesIn);
    default:
      return [];
  }
};

const wrapped = (type: string): string =>
  /[|& ]/.test(type) && !isBraced(type) ? `(${type})` : type;

// One object type, whole: `{ a: string }[]` needs no parentheses.
const isBraced = (type: string): boolean => {
  let depth = 0;
  return (
    type.startsWith('{') &&
    [...type].every((char, index) => {
      depth += char === '{' ? 1 : char === '}' ? -1 : 0;
      return depth > 0 || index === type.length - 1;
    })
  );
};

/** What a schema says beside its type: our words, format, limits and the default. */
export const schemaLines = (schema: JsonObject): string[] => {
  const ofItems = isObject(schema.items) ? restrictions(schema.items) : [];
  const sentences = [
    ...sentence('Format', formatOf(schema)),
    ...sentence('Limits', limitsOf(schema)),
    ...sentence('Each item', ofItems),
  ];
  return [
    ...(typeof schema.description === 'string' ? [schema.description] : []),
    ...(sentences.length > 0 ? [sentences.join(' ')] : []),
    ...(schema.default === undefined ? [] : [`@default ${JSON.stringify(schema.default)}`]),
    ...(schema.deprecated === true ? ['@deprecated'] : []),
  ];
};

const sentence = (title: string, parts: readonly string[]): string[] =>
  parts.length > 0 ? [`${title}: ${parts.join(', ')}.`] : [];

const restrictions = (schema: JsonObject): string[] => [
  ...formatOf(schema),
  ...limitsOf(schema),
  ...(isObject(schema.items) ? restrictions(schema.items) : []),
];

// Not what the type in TypeScript says: bytes have one of their own, and a number is a double.
const formatOf = ({ format, type }: JsonObject): string[] => {
  if (format === 'binary' || (format === 'double' && type === 'number')) return [];
  if (typeof format === 'string') return [format];
  return type === 'integer' ? ['integer'] : [];
};

const limitsOf = (schema: JsonObject): string[] => [
  ...LIMITS.flatMap(([key, words]) =>
    typeof schema[key] === 'number' ? [`${words} ${schema[key]}`] : [],
  ),
  ...FLAGS.flatMap(([key, words]) => (schema[key] === true ? [words] : [])),
  ...(typeof schema.pattern === 'string' ? [`pattern \`${schema.pattern}\``] : []),
];

const LIMITS = [
  ['minimum', 'at least'],
  ['maximum', 'at most'],
  ['multipleOf', 'a multiple of'],
  ['minLength', 'shortest length'],
  ['maxLength', 'longest length'],
  ['minItems', 'fewest items'],
  ['maxItems', 'most items'],
  ['minProperties', 'fewest keys'],
  ['maxProperties', 'most keys'],
] as const;

const FLAGS = [
  ['exclusiveMinimum', 'without the least'],
  ['exclusiveMaximum', 'without the most'],
  ['uniqueItems', 'no item twice'],
] as const;
