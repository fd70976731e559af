import { camelCase, type Described, type Schema, type Schemas } from './document.ts';

/** What a call is given: by wire name, so that nothing of the client's naming is taken for granted. */
export interface Sample {
  readonly path: Values;
  readonly query: Values;
  readonly form: Values;
  /** Undefined if none is sent. */
  readonly json: unknown;
}

export type Values = Readonly<Record<string, unknown>>;

export type Extent = 'everything' | 'what is required';

/** Every character of it means something else somewhere in a URL or a form. */
export const AWKWARD = 'a b/ü+&=%?#';

/** Arguments made from the document alone. `fixed` replaces form fields that the server checks. */
export const sample = (operation: Described, extent: Extent, fixed: Values = {}): Sample => {
  const { parameters, body, schemas } = operation;
  const isMeant = (required: boolean): boolean => extent === 'everything' || required;
  const valuesIn = (place: string): Values =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === place && isMeant(parameter.required ?? false))
        .map(({ name, schema }, nth) => [name, make(schema, { schemas, extent, nth, above: [] })]),
    );
  const isJson = body?.type === 'application/json';
  const form = body && !isJson ? formOf(body.schema, operation, extent, fixed) : {};
  const json =
    isJson && isMeant(body.required)
      ? make(body.schema, { schemas, extent, nth: 0, above: [] })
      : undefined;
  return { path: valuesIn('path'), query: valuesIn('query'), form, json };
};

/** The sample as the client's method takes it. */
export const toParams = ({ path, query, form, json }: Sample): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries({ ...path, ...query, ...form }).map(([name, value]) => [camelCase(name), value]),
  ),
  ...(json !== undefined && { body: json }),
});

interface Place {
  readonly schemas: Schemas;
  readonly extent: Extent;
  /** Makes values that stand side by side differ, so that two that changed places would show. */
  readonly nth: number;
  /** References on the way here: one that comes again is a cycle. */
  readonly above: readonly string[];
}

const formOf = (
  schema: Schema,
  { schemas }: Described,
  extent: Extent,
  fixed: Values,
): Record<string, unknown> => {
  const all = make(schema, { schemas, extent, nth: 0, above: [] }) as Record<string, unknown>;
  const given = Object.entries(fixed).filter(([name]) => name in all);
  return { ...all, ...Object.fromEntries(given) };
};

const make = (schema: Schema, place: Place): unknown => {
  if (schema.$ref) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    const target = place.schemas[name];
    if (!target) throw new Error(`${schema.$ref} leads nowhere`);
    return make(target, { ...place, above: [...place.above, schema.$ref] });
  }
  if (schema.enum) return schema.enum.at(-1);
  if (schema.type === 'string') return textOf(schema, place);
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer') return integerOf(schema, place);
  if (schema.type === 'number') return place.nth + 0.5;
  if (schema.type === 'array') {
    const { items = {} } = schema;
    const nth = place.nth * 10;
    return isCycle(items, place) ? [] : [1, 2].map((i) => make(items, { ...place, nth: nth + i }));
  }
  return objectOf(schema, place);
};

const objectOf = (schema: Schema, place: Place): Record<string, unknown> => {
  const { properties = {}, additionalProperties: rest, required } = schema;
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  const entries = Object.entries(properties)
    .filter(([name, { readOnly }]) => !readOnly || isRequired(name))
    .filter(([name]) => place.extent === 'everything' || isRequired(name))
    .filter(([name, property]) => isRequired(name) || !isCycle(property, place))
    .map(([name, property], nth): [string, unknown] => [name, make(property, { ...place, nth })]);
  const isMap = entries.length === 0 && typeof rest === 'object' && place.extent === 'everything';
  return Object.fromEntries(isMap ? [[AWKWARD, make(rest, place)]] : entries);
};

const isCycle = ({ $ref, items }: Schema, { above }: Place): boolean => {
  const ref = $ref ?? items?.$ref;
  return ref !== undefined && above.includes(ref);
};

const TEXTS: Readonly<Record<string, unknown>> = {
  'date-time': '2026-03-01T00:00:00+01:00',
  date: '2026-03-01',
  int32: '2147483647',
  'long-id': '9223372036854775807',
  uuid: '6f1c2b3a-4d5e-4f60-8a71-92b3c4d5e6f7',
  binary: new File([Uint8Array.of(0, 255, 13, 10, 45, 45)], `${AWKWARD}.png`, {
    type: 'image/png',
  }),
};

const textOf = ({ format = '', pattern }: Schema, { nth }: Place): unknown =>
  pattern === undefined ? (TEXTS[format] ?? `${AWKWARD}${nth}`) : '#00ff7f';

// Above 2^31 where the format allows it, so that a rounded or exponential form would show.
const integerOf = ({ format, minimum = 0, maximum = 100 }: Schema, { nth }: Place): number =>
  (format === 'int64' ? 4_503_599_627_370_497 : 0) + Math.max(minimum, Math.min(7 + nth, maximum));
