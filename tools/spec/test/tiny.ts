import type { JsonObject } from '../document.ts';
import { normalise } from '../generate/normalise.ts';
import { readModel } from '../model.ts';
import type { VersionFacts } from '../vendor.ts';

export const FACTS: VersionFacts = {
  core: '@tiny/core',
  life: {},
  title: 'Tiny API 1',
  baseUrl: 'https://api.tiny.example/base',
  defaultLifetimeMs: 600_000,
};

/** An operation with all that it needs; `changes` replace or add members. */
export const operation = (changes: JsonObject = {}): JsonObject => ({
  operationId: 'GetThing',
  'x-name': 'getThing',
  'x-group': 'thing',
  'x-safe-to-retry': true,
  'x-rate-class': 'default',
  responses: { 204: { description: 'Nothing.' } },
  ...changes,
});

/** An operation that answers with this schema. */
export const answering = (schema: JsonObject, changes: JsonObject = {}): JsonObject =>
  operation({
    responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    ...changes,
  });

/** A document of `GET /thing`, or of these paths. */
export const documentOf = (get: JsonObject, schemas: JsonObject = {}): JsonObject =>
  documentWith({ '/thing': { get } }, schemas);

export const documentWith = (paths: JsonObject, schemas: JsonObject = {}): JsonObject => ({
  openapi: '3.0.3',
  info: { title: 'Things', version: '1' },
  security: [{ oauth: [] }],
  paths,
  components: { schemas },
});

/** What the templates are told about an operation. */
export interface OperationText {
  readonly name: string;
  readonly doc: string;
  readonly type: string;
  readonly params: string;
  readonly result: string;
  readonly paramsInterface: readonly { readonly fields: readonly FieldText[] }[];
  readonly facts: readonly { readonly key: string; readonly value: string }[];
}

export interface FieldText {
  readonly doc: string;
  readonly key: string;
  readonly mark: string;
  readonly type: string;
}

export interface ModelText {
  readonly name: string;
  readonly fields: readonly FieldText[];
}

/** What the normaliser hands to the templates. */
export const textsOf = (
  document: JsonObject,
): { readonly operations: readonly OperationText[]; readonly models: readonly ModelText[] } => {
  const { paths, components } = JSON.parse(normalise(readModel(document), 'tiny', FACTS)) as {
    paths: Record<string, { get: { 'x-op': OperationText } }>;
    components: { schemas: Record<string, { 'x-model': ModelText }> };
  };
  return {
    operations: Object.values(paths).map(({ get }) => get['x-op']),
    models: Object.values(components.schemas).map((schema) => schema['x-model']),
  };
};

/** The facts of the only operation, as code. */
export const factsOfOnly = (document: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    textsOf(document).operations.flatMap(({ facts }) =>
      facts.map(({ key, value }) => [key, value]),
    ),
  );
