import { STATUS_CODES } from 'node:http';
import { checkReferences, isObject, type Json, type JsonObject, resolveRef } from '../document.ts';
import { METHODS, shown } from '../model.ts';
import {
  type At,
  boolean,
  filled,
  flag,
  list,
  map,
  number,
  object,
  orReference,
  type Reader,
  record,
  sorted,
  text,
  value,
} from './prose-readers.ts';

/** What is left of a document without its words. */
export interface Facts {
  readonly document: JsonObject;
  /** Keywords that were left out although they are no words: OpenAPI 3.0, or we, do not know them. */
  readonly dropped: readonly string[];
}

/** Facts only, in one order, whatever the words and the order of the document. */
export const stripProse = (root: JsonObject): Facts => {
  const dropped = new Set<string>();
  const document = DOCUMENT(root, { place: '#', key: '', root, dropped }) as JsonObject;
  checkReferences(document);
  return { document, dropped: [...dropped].sort() };
};

/** OpenAPI 3.0.3, Parameter Object: parameters of these names in headers are ignored. */
export const isIgnored = (parameter: JsonObject): boolean =>
  parameter.in === 'header' &&
  /^(?:accept|authorization|content-type)$/i.test(shown(parameter.name));

const all = (names: string, reader: Reader): Record<string, Reader> =>
  Object.fromEntries(names.split(' ').map((name) => [name, reader]));

const schema: Reader = (node, at) => {
  const isNullable = isObject(node) && node['x-nullable'] === true;
  return schemaOrReference(isNullable ? { ...node, nullable: true } : node, at);
};

const schemaOrReference = orReference((node, at) => SCHEMA(node, at));

const SCHEMA = record({
  ...all('type format', text),
  ...all('nullable readOnly writeOnly deprecated', flag),
  default: value,
  enum: sorted(value),
  minimum: number,
  exclusiveMinimum: flag,
  maximum: number,
  exclusiveMaximum: flag,
  ...all('multipleOf minLength maxLength', number),
  pattern: text,
  ...all('minItems maxItems', number),
  uniqueItems: flag,
  ...all('minProperties maxProperties', number),
  required: filled(sorted(text)),
  properties: map(schema),
  additionalProperties: (node, at) => (typeof node === 'boolean' ? node : schema(node, at)),
  items: schema,
  ...all('allOf oneOf anyOf', list(schema)),
  not: schema,
  discriminator: record({ propertyName: text, mapping: map(text) }),
});

const STYLED = {
  ...all('required deprecated allowEmptyValue', flag),
  style: text,
  explode: boolean,
  allowReserved: flag,
  schema,
};

/** Without the style that it has anyway (OpenAPI 3.0.3, Parameter Object). */
const styled = (reader: Reader): Reader =>
  orReference((node, at) => {
    const source = reader(node, at) as JsonObject;
    const usual = source.in === 'query' || source.in === 'cookie' ? 'form' : 'simple';
    if (source.explode === ((source.style ?? usual) === 'form')) delete source.explode;
    if (source.style === usual) delete source.style;
    return source;
  });

const header = styled(record(STYLED));

const ENCODING = record({
  contentType: text,
  headers: filled(map(header)),
  style: text,
  explode: boolean,
  allowReserved: flag,
});

const content = filled((node, at) => {
  const types = map(record({ schema, encoding: map(ENCODING) }))(node, at) as JsonObject;
  const { 'application/json': json, ...others } = types;
  return json === undefined ? others : { 'application/json': json, ...others };
});

const parameter = styled(record({ ...all('name in', text), ...STYLED, content }));

const requestBody = orReference(record({ required: flag, content }));

const response = orReference((node, at) =>
  record({ description: () => reasonOf(at.key), headers: filled(map(header)), content })(
    // It has to stand there.
    { ...object(node, at), description: '' },
    at,
  ),
);

// RFC 9110 section 15; Node's table has two phrases of the RFC before it.
const REASONS: Readonly<Record<string, string | undefined>> = {
  ...STATUS_CODES,
  413: 'Content Too Large',
  422: 'Unprocessable Content',
};
const CLASSES = ['Informational', 'Successful', 'Redirection', 'Client Error', 'Server Error'];

const reasonOf = (status: string): string =>
  REASONS[status] ?? CLASSES[Number(status.slice(0, 1)) - 1] ?? 'Response';

const security = list(map(sorted(text)));

const servers = list(
  record({ url: text, variables: map(record({ enum: sorted(text), default: text })) }),
);

const operation = record({
  // The first one names the group.
  tags: filled(list(text)),
  operationId: text,
  deprecated: flag,
  parameters: filled(list(parameter)),
  requestBody,
  responses: map(response, { mayBeExtended: true }),
  security,
  servers,
});

const PATH_ITEM = record(all(METHODS.join(' '), operation));

const pathItem: Reader = (node, at) => {
  const { parameters: shared = [], ...item } = object(node, at);
  for (const method of METHODS) {
    const source = item[method];
    if (!isObject(source)) continue;
    const parameters = inOrder(
      [shared, source.parameters ?? []].flatMap((own) => raws(own, at)),
      at,
    );
    item[method] = { ...source, parameters };
  }
  return PATH_ITEM(item, at);
};

const raws = (own: Json, at: At): Json[] => list((raw) => raw)(own, at) as Json[];

/** By location, path parameters as in the path; an operation's replaces its path's of that name. */
const inOrder = (parameters: readonly Json[], at: At): Json[] => {
  const found = new Map<string, Json>();
  for (const raw of parameters) {
    const { $ref, ...own } = object(raw, at);
    const source = typeof $ref === 'string' ? resolveRef(at.root, $ref) : own;
    if (isIgnored(source)) continue;
    const name = shown(source.name);
    const location = ['path', 'query', 'header', 'cookie'].indexOf(shown(source.in));
    const index = source.in === 'path' ? at.key.indexOf(`{${name}}`) : 0;
    found.set(`${location} ${String(index).padStart(6, '0')} ${name}`, raw);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, raw]) => raw);
};

const flow = record({
  ...all('authorizationUrl tokenUrl refreshUrl', text),
  scopes: map((_, { key }) => key, { mayBeExtended: true }),
});

const securityScheme = orReference(
  record({
    ...all('type name in scheme bearerFormat', text),
    flows: record(all('authorizationCode clientCredentials implicit password', flow)),
    openIdConnectUrl: text,
  }),
);

const DOCUMENT = record({
  openapi: text,
  info: record(all('title version', text)),
  servers,
  tags: filled(sorted(record({ name: text }))),
  security,
  paths: map(pathItem, { mayBeExtended: true }),
  components: record({
    schemas: filled(map(schema)),
    responses: filled(map(response)),
    parameters: filled(map(parameter)),
    requestBodies: filled(map(requestBody)),
    headers: filled(map(header)),
    securitySchemes: filled(map(securityScheme)),
  }),
});
