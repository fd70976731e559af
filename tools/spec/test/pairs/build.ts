import type { Json, JsonObject } from '../../document.ts';
import type { Bump, Pair } from './pairs.ts';

/*
 * Raw OpenAPI 3.0.3 documents from small parts: schemas, then contents, operations, documents,
 * and at last pairs that put one change into several places of a document.
 */

export const text: JsonObject = { type: 'string' };
export const integer: JsonObject = { type: 'integer' };
export const boolean: JsonObject = { type: 'boolean' };

export const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items });
export const enumOf = (...values: Json[]): JsonObject => ({ type: 'string', enum: values });
export const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
export const nullable = (schema: JsonObject): JsonObject => ({ ...schema, nullable: true });
export const mapOf = (values: Json): JsonObject => ({
  type: 'object',
  additionalProperties: values,
});

/** An object with these properties; all those of `required` must be there. */
export const model = (properties: JsonObject, ...required: string[]): JsonObject => ({
  type: 'object',
  ...(required.length > 0 && { required }),
  properties,
});

/** An object whose only property `a` is required. */
export const holder = (a: JsonObject): JsonObject => model({ a }, 'a');

export const jsonOf = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });

/** The member `requestBody` of an operation. */
export const bodyOf = (schema: JsonObject, changes: JsonObject = {}): JsonObject => ({
  requestBody: { required: true, content: jsonOf(schema), ...changes },
});

export const formOf = (schema: JsonObject, type = 'multipart/form-data'): JsonObject => ({
  requestBody: { required: true, content: { [type]: { schema } } },
});

/** A response; without a schema it has no body. */
export const response = (schema?: JsonObject, changes: JsonObject = {}): JsonObject => ({
  description: 'An answer.',
  ...(schema && { content: jsonOf(schema) }),
  ...changes,
});

/** The member `responses` of an operation. */
export const responsesOf = (responses: JsonObject): JsonObject => ({ responses });
export const answer = (schema: JsonObject): JsonObject => responsesOf({ 200: response(schema) });

export const query = (name: string, changes: JsonObject = {}): JsonObject => ({
  name,
  in: 'query',
  schema: text,
  ...changes,
});

export const inPath = (name: string, schema: JsonObject = text): JsonObject => ({
  name,
  in: 'path',
  required: true,
  schema,
});

/** Members of an operation: its parameters, in this order. */
export const taking = (...parameters: JsonObject[]): JsonObject => ({ parameters });

export const operation = (operationId: string, changes: JsonObject = {}): JsonObject => ({
  operationId,
  tags: ['Thing'],
  responses: { 204: response() },
  ...changes,
});

export const documentOf = (
  paths: JsonObject,
  schemas: JsonObject = {},
  { components, ...changes }: JsonObject & { components?: JsonObject } = {},
): JsonObject => ({
  openapi: '3.0.3',
  info: { title: 'Things', version: '2026-01' },
  servers: [{ url: 'https://api.example.com' }],
  security: [{ oauth: ['Thing_Read'] }],
  paths,
  components: {
    schemas,
    securitySchemes: { oauth: oauthOf('Thing_Read', 'Thing_Manage') },
    ...components,
  },
  ...changes,
});

/** A security scheme with these scopes. */
export const oauthOf = (...scopes: string[]): JsonObject => ({
  type: 'oauth2',
  flows: {
    clientCredentials: {
      tokenUrl: 'https://api.example.com/oauth2/token',
      scopes: Object.fromEntries(scopes.map((scope) => [scope, 'A right.'])),
    },
  },
});

/** The document of `GET /things`. */
export const getting = (changes: JsonObject, schemas: JsonObject = {}): JsonObject =>
  documentOf({ '/things': { get: operation('GetThings', changes) } }, schemas);

/** The document of `POST /things`. */
export const posting = (changes: JsonObject, schemas: JsonObject = {}): JsonObject =>
  documentOf({ '/things': { post: operation('CreateThing', changes) } }, schemas);

/** `POST /things` with the named schema Thing as its body, or `GET /things` that answers with it. */
export const sent = (Thing: JsonObject, others: JsonObject = {}): JsonObject =>
  posting(bodyOf(ref('Thing')), { Thing, ...others });
export const received = (Thing: JsonObject, others: JsonObject = {}): JsonObject =>
  getting(answer(ref('Thing')), { Thing, ...others });
/** `POST /things` with the named schema Thing as its body and its answer. */
export const echoed = (Thing: JsonObject, others: JsonObject = {}): JsonObject =>
  posting({ ...bodyOf(ref('Thing')), ...answer(ref('Thing')) }, { Thing, ...others });
/** `GET /things` that fails with the named schema Problem. */
export const failing = (Problem: JsonObject, others: JsonObject = {}): JsonObject =>
  getting(responsesOf({ 204: response(), 400: response(ref('Problem')) }), { Problem, ...others });

/** A place of a document where any schema may stand. */
export interface Place {
  readonly where: Pair['where'];
  readonly said: string;
  readonly document: (schema: JsonObject) => JsonObject;
}

const place = (
  where: Pair['where'],
  said: string,
  document: (schema: JsonObject) => JsonObject,
): Place => ({ where, said, document });

export const parameter = place('request', 'query parameter', (schema) =>
  getting(taking(query('a', { required: true, schema }))),
);
export const sentProperty = place('request', 'property of a body', (schema) =>
  sent(holder(schema)),
);
export const sentNested = place('request', 'nested property of a body', (schema) =>
  sent(holder(ref('Inner')), { Inner: holder(schema) }),
);
export const sentItem = place('request', 'item of a list in a body', (schema) =>
  sent(holder(listOf(schema))),
);
export const receivedProperty = place('response', 'property of an answer', (schema) =>
  received(holder(schema)),
);
export const receivedNested = place('response', 'nested property of an answer', (schema) =>
  received(holder(ref('Inner')), { Inner: holder(schema) }),
);
export const receivedItem = place('response', 'item of a list in an answer', (schema) =>
  received(holder(listOf(schema))),
);
export const errorProperty = place('response', 'property of an error', (schema) =>
  failing(holder(schema)),
);
export const echoedProperty = place('document', 'property that goes both ways', (schema) =>
  echoed(holder(schema)),
);

export const IN_REQUESTS = [parameter, sentProperty, sentNested, sentItem];

/** One change in several places: a pair for each. */
export const inEach = (
  places: readonly Place[],
  { old, new: next, ...pair }: Change & { readonly old: JsonObject; readonly new: JsonObject },
): Pair[] =>
  places.map(({ where, said, document }) => ({
    ...pair,
    name: `${pair.name}: ${said}`,
    where,
    old: document(old),
    new: document(next),
  }));

/** A pair without its documents and its place. */
export interface Change {
  readonly name: string;
  readonly family: Pair['family'];
  readonly bump: Bump;
  readonly reverse: Bump;
  readonly why: string;
}

/** A pair that changes nothing, either way. */
export const same = (
  name: string,
  old: JsonObject,
  next: JsonObject,
  why: string,
  { family = 'F00', where = 'document' }: Partial<Pick<Pair, 'family' | 'where'>> = {},
): Pair => ({ name, family, where, old, new: next, bump: 'none', reverse: 'none', why });
