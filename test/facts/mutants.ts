import { isObject, type Json, type JsonObject } from '../../tools/spec/document.ts';
import { METHODS } from '../../tools/spec/model.ts';
import { type Change, objectAt, type Path, pointer } from './change.ts';

/*
 * The grammar of OpenAPI 3.0, as far as the documents use it: for each place the changes that could
 * be made to it. It goes by place and not by key, so that a property called `type` is a property.
 */

/** A document with one fact changed. */
export interface Mutant {
  /** Kind of the fact, for the table. */
  readonly kind: string;
  readonly at: Path;
  /** What happens to it. */
  readonly what: string;
  readonly changes: readonly Change[];
}

/** A schema that every piece holds beside its own: what a `$ref` may be turned to. */
export const ANOTHER = 'AnotherSchema';

/** What is said outside operations and schemas. */
export const mutantsOfHead = (document: JsonObject): Mutant[] => {
  const { paths: _, components = {}, ...head } = document;
  const inComponents = isObject(components) ? readNode(COMPONENTS, ['components'], components) : [];
  return [...readNode(HEAD, [], head), ...inComponents];
};

export const mutantsOfOperation = (
  document: JsonObject,
  path: string,
  method: string,
): Mutant[] => {
  const item = objectAt(document, ['paths', path]);
  const free = METHODS.find((candidate) => item[candidate] === undefined);
  const at = ['paths', path, method];
  return [
    ...(free === undefined ? [] : [renamed('method', at, free)]),
    renamed('path', ['paths', path], `${path}/changed`),
    ...readNode(OPERATION, at, objectAt(item, [method])),
  ];
};

export const mutantsOfSchema = (document: JsonObject, name: string): Mutant[] => {
  const at = ['components', 'schemas', name];
  return readNode(NAMED_SCHEMA, at, objectAt(document, at));
};

type Rule = (at: Path, value: Json | undefined, owner: JsonObject) => Mutant[];
type Grammar = Readonly<Record<string, Rule>>;

const readNode = (grammar: Grammar, at: Path, node: JsonObject): Mutant[] => {
  const unknown = Object.keys(node).find((key) => !Object.hasOwn(grammar, key));
  if (unknown !== undefined)
    throw new Error(`${pointer([...at, unknown])}: test/facts/mutants.ts does not know this key.`);
  return Object.entries(grammar).flatMap(([key, rule]) => rule([...at, key], node[key], node));
};

// The changes.

const set = (kind: string, at: Path, to: Json, what = `set to ${JSON.stringify(to)}`): Mutant => ({
  kind,
  at,
  what,
  changes: [{ act: 'set', at, to }],
});

const removed = (kind: string, at: Path): Mutant => ({
  kind,
  at,
  what: 'removed',
  changes: [{ act: 'remove', at }],
});

const renamed = (kind: string, at: Path, to: string): Mutant => ({
  kind,
  at,
  what: `renamed to ${to}`,
  changes: [{ act: 'rename', at, to }],
});

const misplaced = (at: Path): never => {
  throw new Error(`${pointer(at)}: test/facts/mutants.ts expects something else there.`);
};

// The rules of single values.

const text =
  (kind: string): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    if (typeof value !== 'string') return misplaced(at);
    return [set(kind, at, `${value}Changed`), removed(kind, at)];
  };

/** As `text`, for what may be added, too. */
const optionalText =
  (kind: string, added: string): Rule =>
  (at, value) =>
    value === undefined ? [set(kind, at, added)] : text(kind)(at, value, {});

const flag =
  (kind: string): Rule =>
  (at, value = false) =>
    typeof value === 'boolean' ? [set(kind, at, !value)] : misplaced(at);

const figure =
  (kind: string): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    return typeof value === 'number'
      ? [set(kind, at, value + 1), removed(kind, at)]
      : misplaced(at);
  };

const choice =
  (kind: string, choices: readonly string[], ifAbsent?: string): Rule =>
  (at, value = ifAbsent) => {
    if (value === undefined) return [];
    if (typeof value !== 'string' || !choices.includes(value)) return misplaced(at);
    return choices.filter((other) => other !== value).map((other) => set(kind, at, other));
  };

/** Any value, however deep: each scalar in it is changed. */
const anyLeaf =
  (kind: string): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    if (typeof value !== 'object' || value === null) return [set(kind, at, another(value))];
    const inner = Object.entries(value).map(([key, child]): Mutant[] =>
      anyLeaf(kind)([...at, Array.isArray(value) ? Number(key) : key], child, {}),
    );
    return inner.flat();
  };

const another = (value: Json): Json => {
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 1 : `${String(value)}Changed`;
};

const byDefault =
  (kind: string): Rule =>
  (at, value) =>
    value === undefined ? [] : [...anyLeaf(kind)(at, value, {}), removed(kind, at)];

// The rules of what holds others.

const node =
  (grammar: Grammar): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    return isObject(value) ? readNode(grammar, at, value) : misplaced(at);
  };

const list =
  (item: Rule): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    if (!Array.isArray(value)) return misplaced(at);
    return value.flatMap((one, index) => item([...at, index], one, {}));
  };

const named =
  (item: Rule): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    if (!isObject(value)) return misplaced(at);
    return Object.entries(value).flatMap(([key, one]) => item([...at, key], one, value));
  };

const all =
  (...rules: readonly Rule[]): Rule =>
  (at, value, owner) =>
    rules.flatMap((rule) => rule(at, value, owner));

const ifPresent =
  (rule: Rule): Rule =>
  (at, value, owner) =>
    value === undefined ? [] : rule(at, value, owner);

const gone =
  (kind: string): Rule =>
  (at) => [removed(kind, at)];

const keyChanged =
  (kind: string): Rule =>
  (at) => [renamed(kind, at, `${String(at.at(-1))}Changed`)];

// Schemas.

const PREFIX = '#/components/schemas/';

const schema =
  (grammar: () => Grammar): Rule =>
  (at, value) => {
    if (value === undefined) return [];
    if (!isObject(value)) return misplaced(at);
    return readNode(value.$ref === undefined ? grammar() : REFERENCE, at, value);
  };

const REFERENCE: Grammar = {
  $ref: (at, value) =>
    typeof value === 'string' && value.startsWith(PREFIX)
      ? [set('$ref', at, `${PREFIX}${ANOTHER}`)]
      : misplaced(at),
};

const type: Rule = (at, value) => {
  if (value === undefined) return [];
  const others = typeof value === 'string' ? OTHER_TYPES[value] : undefined;
  return others?.map((other) => set('type', at, other)) ?? misplaced(at);
};

const OTHER_TYPES: Readonly<Record<string, readonly string[]>> = {
  array: ['string'],
  boolean: ['string'],
  integer: ['number', 'string'],
  number: ['integer', 'string'],
  object: ['string'],
  string: ['boolean', 'integer'],
};

const enumeration: Rule = (at, value) => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return misplaced(at);
  const members = value.flatMap((member, index) => [
    ...(member === null ? [] : [set('enum member', [...at, index], another(member))]),
    removed('enum member', [...at, index]),
  ]);
  return [...members, set('enum member', at, [...value, another(value[0] ?? '')], 'one added')];
};

/** Each property becomes optional, or required. */
const required: Rule = (at, value = [], owner) => {
  if (!Array.isArray(value)) return misplaced(at);
  const lost = value.map((_, index) => removed('required', [...at, index]));
  const keys = isObject(owner.properties) ? Object.keys(owner.properties) : [];
  const free = keys.filter((key) => !value.includes(key));
  return [...lost, ...free.map((key) => set('required', at, [...value, key], `${key} added`))];
};

const additional: Rule = (at, value, owner) => {
  const kind = 'additionalProperties';
  if (isObject(value)) return [...inner(at, value, owner), set(kind, at, true), removed(kind, at)];
  if (value === undefined)
    return owner.type === 'object' ? [true, false].map((to) => set(kind, at, to)) : [];
  return flag(kind)(at, value, owner);
};

const inner: Rule = schema(() => SCHEMA);

const limit: Rule = figure('limit');
const limitFlag: Rule = ifPresent(flag('limit'));

const SCHEMA: Grammar = {
  type,
  format: text('format'),
  enum: enumeration,
  nullable: flag('nullable'),
  default: byDefault('default'),
  minimum: limit,
  maximum: limit,
  exclusiveMinimum: limitFlag,
  exclusiveMaximum: limitFlag,
  multipleOf: limit,
  minLength: limit,
  maxLength: limit,
  pattern: text('pattern'),
  minItems: limit,
  maxItems: limit,
  uniqueItems: limitFlag,
  minProperties: limit,
  maxProperties: limit,
  readOnly: ifPresent(flag('readOnly')),
  writeOnly: ifPresent(flag('writeOnly')),
  deprecated: ifPresent(flag('schema deprecated')),
  description: text('schema description'),
  required,
  properties: named(
    all(
      keyChanged('property'),
      gone('property'),
      schema(() => PROPERTY),
    ),
  ),
  additionalProperties: additional,
  items: inner,
  allOf: list(all(gone('allOf, oneOf, anyOf'), inner)),
  oneOf: list(all(gone('allOf, oneOf, anyOf'), inner)),
  anyOf: list(all(gone('allOf, oneOf, anyOf'), inner)),
};

const PROPERTY: Grammar = {
  ...SCHEMA,
  readOnly: flag('readOnly'),
  deprecated: flag('schema deprecated'),
};

const NAMED_SCHEMA: Grammar = {
  ...SCHEMA,
  deprecated: flag('schema deprecated'),
  'x-name': optionalText('name of a schema', 'SchemaChanged'),
  'x-aliases': list(all(text('alias of a schema'))),
};

// Operations.

const OPERATION: Grammar = {
  operationId: text('operationId'),
  tags: list(text('tag')),
  summary: text('summary, description'),
  description: text('summary, description'),
  deprecated: flag('operation deprecated'),
  parameters: (at, value) => list(all(gone('parameter'), node(PARAMETER), moved))(at, value, {}),
  requestBody: all(
    ifPresent(gone('body')),
    node({
      required: flag('body required'),
      description: text('summary, description'),
      content: named(
        all(mediaType('media type of a body'), node({ schema: schema(() => SCHEMA) })),
      ),
    }),
  ),
  responses: (at, value) =>
    named(
      all(
        status,
        node({
          description: text('description of an answer'),
          headers: named(all(keyChanged('header of an answer'), anyLeaf('header of an answer'))),
          content: named(
            all(mediaType('media type of an answer'), node({ schema: schema(() => SCHEMA) })),
          ),
        }),
      ),
    )(at, value, {}),
  security: (at, value) => security(at, value, {}),
  'x-name': text('x-name'),
  'x-group': text('x-group'),
  'x-safe-to-retry': flag('x-safe-to-retry'),
  'x-read': flag('x-read'),
  'x-rate-class': choice('x-rate-class', ['default', 'reporting']),
  'x-timeout-ms': (at, value) =>
    value === undefined ? [set('x-timeout-ms', at, 5_000)] : figure('x-timeout-ms')(at, value, {}),
  'x-response-kind': (at, value) =>
    value === undefined
      ? [set('x-response-kind', at, 'text')]
      : [
          ...choice('x-response-kind', ['bytes', 'json', 'none', 'text'])(at, value, {}),
          removed('x-response-kind', at),
        ],
  'x-grants': all(ifPresent(gone('x-grants')), anyLeaf('x-grants')),
  'x-job': all(
    ifPresent(gone('x-job')),
    node({
      role: choice('x-job', ['create', 'status', 'output']),
      status: text('x-job'),
      output: text('x-job'),
    }),
  ),
  'x-paging': all(
    ifPresent(gone('x-paging')),
    node({
      style: choice('x-paging', ['offset', 'page']),
      total: text('x-paging'),
      defaultSize: figure('x-paging'),
      maxSize: figure('x-paging'),
    }),
  ),
};

const PARAMETER: Grammar = {
  name: (at, value, owner) => {
    if (typeof value !== 'string') return misplaced(at);
    const to = `${value}Changed`;
    const own = set('parameter name', at, to);
    if (owner.in !== 'path') return [own];
    const path = String(at[1]);
    const put = path.replace(`{${value}}`, `{${to}}`);
    const both: Change[] = [...own.changes, { act: 'rename', at: at.slice(0, 2), to: put }];
    return [own, { ...own, what: `${own.what}, in the path, too`, changes: both }];
  },
  in: choice('parameter in', ['path', 'query', 'header']),
  required: flag('parameter required'),
  description: text('summary, description'),
  deprecated: flag('parameter deprecated'),
  explode: (at, value, owner) =>
    value === undefined && owner.in === 'path'
      ? []
      : flag('style of a parameter')(at, value ?? true, owner),
  style: (at, value, owner) =>
    owner.in === 'path'
      ? []
      : choice('style of a parameter', ['form', 'pipeDelimited'], 'form')(at, value, owner),
  schema: schema(() => SCHEMA),
  'x-name': optionalText('parameter name', 'nameChanged'),
};

/** From the path into the query, or back, as a document could say it. */
const moved: Rule = (at, value) => {
  if (!isObject(value)) return misplaced(at);
  const path = String(at[1]);
  const place = `/{${String(value.name)}}`;
  const isPath = value.in === 'path';
  if (isPath && !path.includes(place)) return [];
  const to = isPath ? path.replace(place, '') : `${path}${place}`;
  const move: Change[] = [
    { act: 'set', at: [...at, 'in'], to: isPath ? 'query' : 'path' },
    { act: 'set', at: [...at, 'required'], to: true },
    { act: 'rename', at: at.slice(0, 2), to },
  ];
  return [{ kind: 'parameter in', at: [...at, 'in'], what: 'moved', changes: move }];
};

function mediaType(kind: string): Rule {
  return (at, _, owner) => [
    ...['text/csv', 'application/vnd.changed+json']
      .filter((to) => owner[to] === undefined)
      .map((to) => renamed(kind, at, to)),
    removed(kind, at),
  ];
}

const status: Rule = (at, _, owner) => [
  ...['200', '202', '204', '418']
    .filter((to) => owner[to] === undefined)
    .map((to) => renamed('status', at, to)),
  removed('status', at),
];

const security: Rule = (at, value) => {
  if (value === undefined) return [set('security', at, [], 'made public')];
  if (!Array.isArray(value)) return misplaced(at);
  const schemes = list(
    named(
      all(keyChanged('security'), list(text('scope')), (scheme, scopes) =>
        Array.isArray(scopes)
          ? [set('scope', scheme, [...scopes, 'Scope_Added'], 'one added')]
          : misplaced(scheme),
      ),
    ),
  );
  return [
    ...(value.length > 0 ? [set('security', at, [], 'made public')] : []),
    removed('security', at),
    ...schemes(at, value, {}),
  ];
};

const HEAD: Grammar = {
  openapi: (at) => [set('openapi', at, '3.1.0'), removed('openapi', at)],
  info: anyLeaf('info, servers, tags'),
  servers: anyLeaf('info, servers, tags'),
  tags: anyLeaf('info, servers, tags'),
  security: ifPresent(security),
};

const COMPONENTS: Grammar = {
  schemas: () => [],
  securitySchemes: anyLeaf('security scheme'),
};
