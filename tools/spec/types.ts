import { isObject, type Json, type JsonObject, resolveRef, stepsOfRef } from './document.ts';
import { SpecError } from './errors.ts';
import { type ApiModel, object, shown } from './model.ts';
import { comment, identifier, number, propertyKey, string } from './sinks.ts';

/** Where a schema's values come from. An enum of an answer stays open: the API may add to it. */
export type Usage = 'both' | 'request' | 'response';

/** Writes the TypeScript type of a schema, noting which models it names. */
export interface TypeWriter {
  typeOf(schema: JsonObject, usage: Usage): string;
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

const PREFIX = '#/components/schemas/';

/** What the SDK calls a schema. */
export const modelName = (name: string, schema: JsonObject): string =>
  identifier(typeof schema['x-name'] === 'string' ? schema['x-name'] : name);

/** Does the schema get an interface of its own? */
export const isModel = (schema: JsonObject): boolean =>
  isObject(schema.properties) &&
  Object.keys(schema.properties).length > 0 &&
  !COMBINERS.some(([key]) => Array.isArray(schema[key]));

const COMBINERS = [
  ['allOf', ' & '],
  ['oneOf', ' | '],
  ['anyOf', ' | '],
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

export const typeWriter = (document: JsonObject): TypeWriter => {
  const names = new Set<string>();

  const typeOf = (schema: JsonObject, usage: Usage, depth = 0): string => {
    if (depth > 64) throw new SpecError('A schema without a name of its own contains itself.');
    const type = plainType(schema, usage, depth);
    return isNullable(schema) && type !== 'unknown' ? `${type} | null` : type;
  };

  const plainType = (schema: JsonObject, usage: Usage, depth: number): string => {
    if (typeof schema.$ref === 'string') return reference(schema.$ref, usage, depth);
    const combined = COMBINERS.flatMap(([key, sign]) => {
      const schemas = schema[key];
      return Array.isArray(schemas) ? [combine(schemas, sign, usage, depth)] : [];
    });
    if (combined.length > 0) {
      const own = isObject(schema.properties) ? [objectType(schema, usage, depth)] : [];
      return combined.length + own.length === 1
        ? combined.join('')
        : [...combined.map(wrapped), ...own].join(' & ');
    }
    if (Array.isArray(schema.enum)) return enumType(schema.enum, usage);
    switch (schema.type) {
      case 'string':
        return schema.format === 'binary'
          ? usage === 'request'
            ? 'Blob'
            : 'Uint8Array'
          : 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array':
        return arrayOf(typeOf(object(schema.items ?? {}), usage, depth + 1), usage);
      case 'object':
        return objectType(schema, usage, depth);
      case undefined:
        return isObject(schema.properties) ? objectType(schema, usage, depth) : 'unknown';
      default:
        throw new SpecError(
          `A schema has the type '${shown(schema.type)}', which OpenAPI 3.0 does not know.`,
        );
    }
  };

  const reference = (ref: string, usage: Usage, depth: number): string => {
    const schema = resolveRef(document, ref);
    if (!ref.startsWith(PREFIX) || !isModel(schema)) return typeOf(schema, usage, depth + 1);
    const name = modelName(schemaName(ref), schema);
    names.add(name);
    return isNullable(schema) ? `${name} | null` : name;
  };

  const combine = (schemas: readonly Json[], sign: string, usage: Usage, depth: number): string =>
    schemas.map((schema) => wrapped(typeOf(object(schema), usage, depth + 1))).join(sign);

  const objectType = (schema: JsonObject, usage: Usage, depth: number): string => {
    const fields = Object.entries(isObject(schema.properties) ? schema.properties : {}).map(
      ([key, property]) => {
        const { mark, ...field } = fieldOf(key, object(property), isRequired(schema, key), usage);
        return `${readonlyMark(property)}${field.key}${mark}: ${typeOf(object(property), usage, depth + 1)}`;
      },
    );
    if (fields.length > 0) return `{ ${[...fields, ...openKeys(schema)].join('; ')} }`;
    const values = isObject(schema.additionalProperties)
      ? typeOf(schema.additionalProperties, usage, depth + 1)
      : 'unknown';
    return `{ [key: string]: ${values} }`;
  };

  return {
    typeOf: (schema, usage) => typeOf(schema, usage),
    takeNames: () => {
      const taken = [...names].sort();
      names.clear();
      return taken;
    },
  };
};

/** The fields of a model's interface. */
export const fieldsOf = (schema: JsonObject, usage: Usage, writer: TypeWriter): Field[] =>
  propertyFields(schema, usage, writer).concat(
    openKeys(schema).map(() => ({ doc: '', key: '[key: string]', mark: '', type: 'unknown' })),
  );

const propertyFields = (schema: JsonObject, usage: Usage, writer: TypeWriter): Field[] =>
  Object.entries(object(schema.properties)).map(([key, raw]) => {
    const property = object(raw);
    const field = fieldOf(key, property, isRequired(schema, key), usage);
    return {
      ...field,
      key: readonlyMark(property) + field.key,
      type: writer.typeOf(property, usage),
    };
  });

/** Keys beyond the named ones, if the schema says that there may be some. */
const openKeys = ({ additionalProperties }: JsonObject): string[] =>
  additionalProperties === true || isObject(additionalProperties) ? ['[key: string]: unknown'] : [];

const fieldOf = (
  key: string,
  property: JsonObject,
  required: boolean,
  usage: Usage,
): Omit<Field, 'type'> => {
  // OpenAPI 3.0: a required property that is read-only is required in answers only.
  const isOptional = !required || (property.readOnly === true && usage !== 'response');
  return {
    doc: comment(schemaLines(property)),
    key: propertyKey(key),
    mark: isOptional ? '?' : '',
  };
};

const isRequired = (schema: JsonObject, key: string): boolean =>
  Array.isArray(schema.required) && schema.required.includes(key);

const readonlyMark = (property: Json): string =>
  isObject(property) && property.readOnly === true ? 'readonly ' : '';

const isNullable = (schema: JsonObject): boolean =>
  schema.nullable === true || (Array.isArray(schema.enum) && schema.enum.includes(null));

// What is only sent may come as a constant; what is received may be sorted in place.
const arrayOf = (item: string, usage: Usage): string =>
  usage === 'request' ? `readonly ${wrapped(item)}[]` : `${wrapped(item)}[]`;

const enumType = (values: readonly Json[], usage: Usage): string => {
  const kinds = new Set(values.map((value) => typeof value));
  const literals = values.flatMap((value) => {
    if (typeof value === 'string') return [string(value)];
    if (typeof value === 'number') return [number(value)];
    if (typeof value === 'boolean') return [String(value)];
    if (value === null) return [];
    throw new SpecError('An enum holds something that is neither text nor number.');
  });
  if (literals.length === 0) return 'never';
  if (usage === 'request') return literals.join(' | ');
  const open = (['string', 'number'] as const).filter((kind) => kinds.has(kind));
  return [...literals, ...open.map((kind) => `(${kind} & {})`)].join(' | ');
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

/** What a schema says beside its type: our words, limits and the default. */
export const schemaLines = (schema: JsonObject): string[] => {
  const limits = LIMITS.flatMap(([key, words]) =>
    typeof schema[key] === 'number' ? [`${words} ${schema[key]}`] : [],
  );
  return [
    ...(typeof schema.description === 'string' ? [schema.description] : []),
    ...(limits.length > 0 ? [`Limits: ${limits.join(', ')}.`] : []),
    ...(schema.default === undefined ? [] : [`@default ${JSON.stringify(schema.default)}`]),
    ...(schema.deprecated === true ? ['@deprecated'] : []),
  ];
};

const LIMITS = [
  ['minimum', 'at least'],
  ['maximum', 'at most'],
  ['minLength', 'shortest length'],
  ['maxLength', 'longest length'],
  ['minItems', 'fewest items'],
  ['maxItems', 'most items'],
] as const;
