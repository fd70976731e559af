import { sideOf } from '../compare/side.ts';
import { isObject, type Json, type JsonObject, resolveRef } from '../document.ts';
import { RESERVED } from '../generate/sinks.ts';
import { camelCase, METHODS, object, readModel } from '../model.ts';
import type { OverlayAction } from '../overlay.ts';

/** The facts that an operation must have and a document does not say: what is proposed until somebody decides. */
export const proposeFacts = (document: JsonObject): readonly OverlayAction[] => {
  const groups = groupsByTag(document);
  const facts = operationsOf(document).flatMap(([path, method, operation]) => {
    const tag = firstTag(operation) ?? '';
    const proposed = {
      'x-name': camelCase(String(operation.operationId ?? `${method} ${path}`)),
      'x-group': groups.get(tag) ?? (camelCase(tag) || 'main'),
      'x-safe-to-retry': method === 'get' || operation['x-read'] === true,
      'x-rate-class': 'default',
      ...proposeGrants(document, operation),
    };
    const update = Object.fromEntries(
      Object.entries(proposed).filter(([key]) => operation[key] === undefined),
    );
    if (Object.keys(update).length === 0) return [];
    return [{ target: operationTarget(path, method), description: PROPOSED, update }];
  });
  return [...proposeNames(document), ...facts];
};

/** Grants of a token operation: what each needs follows from OAuth (RFC 6749 sections 4.1.3, 6). */
const proposeGrants = (document: JsonObject, operation: JsonObject): JsonObject => {
  const { properties, required } = formOf(document, operation);
  const fields = isObject(properties) ? properties : {};
  if (!isObject(fields.grant_type)) return {};
  const { enum: values = ['client_credentials'] } = fields.grant_type;
  const types = Array.isArray(values) ? values.map(String) : [];
  const grants = types.map((type) => {
    const needs = (NEEDS[type] ?? []).filter(
      (name) =>
        Object.hasOwn(fields, name) && !(Array.isArray(required) && required.includes(name)),
    );
    return { type, ...(needs.length > 0 && { needs }) };
  });
  return types.every((type) => Object.hasOwn(NEEDS, type)) ? { 'x-grants': grants } : {};
};

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  client_credentials: [],
  authorization_code: ['code', 'redirect_uri'],
  refresh_token: ['refresh_token'],
};

const formOf = (document: JsonObject, { requestBody }: JsonObject): JsonObject => {
  const target = (node: Json | undefined): JsonObject => {
    if (!isObject(node)) return {};
    return typeof node.$ref === 'string' ? resolveRef(document, node.$ref) : node;
  };
  const content = target(target(requestBody).content);
  return target(target(content['application/x-www-form-urlencoded']).schema);
};

/** Old names of types, as aliases of the schemas that stand in their place. */
export const proposeAliases = (
  renames: ReadonlyMap<string, string>,
  document: JsonObject,
  before: string,
): readonly OverlayAction[] => {
  const { exported } = sideOf(readModel(document));
  const bySchema = new Map<string, string[]>();
  for (const [old, fresh] of renames) {
    const schemaName = exported.get(fresh)?.schemaName;
    if (schemaName === undefined || exported.has(old)) continue;
    bySchema.set(schemaName, [...(bySchema.get(schemaName) ?? []), old].sort());
  }
  return [...bySchema].sort().map(([schemaName, names]) => ({
    target: `$.components.schemas[${quoted(schemaName)}]`,
    description: `Its name in ${before} stays as an alias, for one version.`,
    update: { 'x-aliases': names },
  }));
};

// A type cannot be called as the language calls one of its own.
const proposeNames = ({ components }: JsonObject): readonly OverlayAction[] => {
  const schemas = isObject(components) && isObject(components.schemas) ? components.schemas : {};
  return Object.entries(schemas).flatMap(([name, schema]) =>
    RESERVED.has(name) && isObject(schema) && schema['x-name'] === undefined
      ? [
          {
            target: `$.components.schemas[${quoted(name)}]`,
            description: PROPOSED,
            update: { 'x-name': `${name}Model` },
          },
        ]
      : [],
  );
};

/** The reason of an action that nobody has looked at. */
export const PROPOSED =
  'Proposed from operationId, tag and method; decide, write a summary and give the reason.';

export const operationTarget = (path: string, method: string): string =>
  `$.paths[${quoted(path)}].${method}`;

/** A name in a JSONPath (RFC 9535). */
export const quoted = (name: string): string =>
  `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const operationsOf = (
  document: JsonObject,
): (readonly [path: string, method: string, operation: JsonObject])[] =>
  Object.entries(object(document.paths)).flatMap(([path, item]) =>
    Object.entries(object(item)).flatMap(([method, operation]) =>
      METHODS.includes(method) && isObject(operation) ? [[path, method, operation] as const] : [],
    ),
  );

/** For each first tag the group that most of its operations are in, where somebody has decided. */
const groupsByTag = (document: JsonObject): Map<string, string> => {
  const counts = new Map<string, Map<string, number>>();
  for (const [, , operation] of operationsOf(document)) {
    const { 'x-group': group } = operation;
    const tag = firstTag(operation);
    if (typeof group !== 'string' || tag === undefined) continue;
    const own = counts.get(tag) ?? new Map<string, number>();
    counts.set(tag, own.set(group, (own.get(group) ?? 0) + 1));
  }
  const most = [...counts].map(([tag, own]): [string, string] => {
    const [[group = ''] = []] = [...own].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return [tag, group];
  });
  return new Map(most);
};

const firstTag = ({ tags }: JsonObject): string | undefined => {
  const [first] = Array.isArray(tags) ? tags : [];
  return typeof first === 'string' ? first : undefined;
};
