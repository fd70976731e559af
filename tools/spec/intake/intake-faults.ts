import {
  checkReference,
  isObject,
  type Json,
  type JsonObject,
  leaves,
  resolveRef,
} from '../document.ts';
import { SpecError } from '../errors.ts';
import { METHODS, readModel, shown } from '../model.ts';
import { isIgnored } from './prose.ts';

/*
 * What can be wrong with a document of OpenAPI 3.0, one sentence for each fault. No shape of a node
 * is taken for granted here; a wrong one is told by those who read the facts.
 */

export const pathFaults = (document: JsonObject): string[] =>
  pathsOf(document).flatMap(([path, item]) => [
    ...broken('The path', path, PATH_RULES),
    ...serverFaults(path, item),
    ...Object.keys(item)
      .filter((key) => !ITEM_KEYWORDS.includes(key) && !key.startsWith('x-'))
      .flatMap((method) => modelFaults(path, method)),
    ...parameterFaults(document, path, 'get', item),
  ]);

export const operationFaults = (document: JsonObject): string[] => {
  const operations = pathsOf(document).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      const where = `${method.toUpperCase()} ${path}`;
      return isObject(operation) ? [{ where, path, method, operation }] : [];
    }),
  );
  const named = operations.flatMap(({ where, operation: { operationId } }) =>
    typeof operationId === 'string' ? [[operationId, where] as const] : [],
  );
  return [
    ...operations.flatMap(({ where, path, method, operation }) => [
      ...(typeof operation.operationId === 'string' ? [] : [`${where} has no operationId.`]),
      ...serverFaults(where, operation),
      ...parameterFaults(document, path, method, operation),
      ...list(operation.tags).flatMap((tag) => broken(`${where}: the tag`, shown(tag), NAME_RULES)),
    ]),
    ...named.flatMap(([id, where]) => broken(`${where}: the operationId`, id, NAME_RULES)),
    ...twinFaults('operationIds', named),
  ];
};

export const componentFaults = ({ components }: JsonObject): string[] =>
  entries(components).flatMap(([section, members]) => {
    const named = entries(members).map(([name]) => [name, `#/components/${section}`] as const);
    return [
      ...named.flatMap(([name, where]) => broken(`${where}: the name`, name, NAME_RULES)),
      ...twinFaults('names', named),
    ];
  });

export const referenceFaults = (document: JsonObject): string[] =>
  [...leaves(document)].flatMap(([path, key, value]) => {
    if (key === '$ref') return faultsOf(() => checkReference(document, path, value));
    const isTarget = path.endsWith('/discriminator/mapping') && !/^[\w.-]+$/.test(shown(value));
    return isTarget ? faultsOf(() => checkReference(document, `${path}/${key}`, value)) : [];
  });

/** Schemas that are made of themselves, with no property between: nothing could satisfy them. */
export const cycleFaults = (document: JsonObject): string[] => {
  const faults: string[] = [];
  // How many references stand in a row below a node; this many can be read by recursion.
  const heights = new Map<JsonObject, number>();
  const heightOf = (node: JsonObject, ref: string, depth: number): number => {
    const known = heights.get(node);
    if (known === OPEN) faults.push(`The $ref '${ref}' leads to itself again: a cycle of $refs.`);
    if (known !== undefined || depth > LONGEST_CHAIN) return known ?? depth;
    heights.set(node, OPEN);
    const parts = isReference(node) ? [node] : COMPOSED.flatMap((key) => list(node[key]));
    const height = parts.reduce<number>((highest, part) => {
      const target = resolved(document, part) ?? {};
      const name = isReference(part) ? part.$ref : ref;
      return Math.max(highest, 1 + heightOf(target, name, depth + 1));
    }, 0);
    if (height > LONGEST_CHAIN)
      faults.push(`The $ref '${ref}' leads to more than ${LONGEST_CHAIN} others in a row.`);
    heights.set(node, height > LONGEST_CHAIN ? 0 : height);
    return heights.get(node) ?? 0;
  };
  for (const [, key, value] of leaves(document))
    if (key === '$ref') heightOf(resolveRef(document, shown(value)), shown(value), 0);
  return faults;
};

export const pathsOf = ({ paths }: JsonObject): [path: string, item: JsonObject][] =>
  entries(paths).flatMap(([path, item]) =>
    path.startsWith('x-') ? [] : [[path, isObject(item) ? item : {}]],
  );

const OPEN = -1;
const LONGEST_CHAIN = 100;
const COMPOSED = ['allOf', 'anyOf', 'oneOf'];
const ITEM_KEYWORDS = ['description', 'parameters', 'servers', 'summary'];

type Rules = readonly (readonly [rule: RegExp, fault: string])[];

// A path is joined to the host that gets the token.
const PATH_RULES: Rules = [
  [/^(?!\/)/, 'does not begin with a slash'],
  [/\/\//, "has an empty part ('//')"],
  [/\.\.|\/\.(?:\/|$)|%2e/i, "has a part '.' or '..'"],
  [/\\|%2f|%5c/i, 'has a backslash or an escaped separator'],
  [/[?#]/, 'has a query or a fragment'],
  [/[^\x21-\x7e]/, 'has a character that no URL has'],
];

// A name becomes a name in code, and of a file on every system.
const NAME_RULES: Rules = [
  [/^$/, 'is empty'],
  [/^.{101}/s, 'is longer than 100 characters'],
  [/[\\/]/, 'has a path separator'],
  [/\.\./, "has '..'"],
  [/\p{Cc}/u, 'has a control character'],
  [/^(?:aux|con|nul|prn|com\d|lpt\d)(?:\.|$)/i, 'is a device of Windows'],
  [/^(?:__proto__|constructor|prototype)$/, 'is a name of the language'],
];

const broken = (what: string, text: string, rules: Rules): string[] => {
  const fault = rules.find(([rule]) => rule.test(text))?.[1];
  return fault === undefined ? [] : [`${what} '${text.slice(0, 100)}' ${fault}.`];
};

const serverFaults = (where: string, { servers }: JsonObject): string[] =>
  servers === undefined ? [] : [`${where} has servers of its own, which would get the token.`];

const parameterFaults = (
  document: JsonObject,
  path: string,
  method: string,
  { parameters }: JsonObject,
): string[] =>
  list(parameters).flatMap((raw) => {
    const parameter = resolved(document, raw);
    if (parameter === undefined || isIgnored(parameter)) return [];
    const { name = null, in: location = null } = parameter;
    return modelFaults(path, method, [{ name, in: location, schema: {} }]);
  });

/** In the words of the model: it alone knows what the SDK can send. */
const modelFaults = (path: string, method: string, parameters: Json[] = []): string[] => {
  const facts = { 'x-name': '_', 'x-group': '_', 'x-safe-to-retry': false, 'x-rate-class': '_' };
  const operation = { ...facts, security: [], parameters, responses: {} };
  const document = { openapi: '3.0.3', paths: { [path]: { [method]: operation } } };
  return faultsOf(() => readModel(document));
};

/** Names that are one on a disk that does not tell a from A. */
const twinFaults = (
  what: string,
  named: readonly (readonly [name: string, where: string])[],
): string[] => {
  const groups = new Map<string, (typeof named)[number][]>();
  for (const one of named) {
    const key = one[0].normalize('NFC').toLowerCase();
    const group = groups.get(key) ?? [];
    group.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return [];
    const isSame = group.every(([name]) => name === group[0]?.[0]);
    const places = group.map(([name, where]) => `'${name.slice(0, 100)}' (${where})`).join(' and ');
    return [`The ${what} ${places} ${isSame ? 'are the same' : 'differ in case only'}.`];
  });
};

const faultsOf = (work: () => unknown): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof SpecError) return [error.message];
    throw error;
  }
};

const isReference = (node: Json): node is { $ref: string } =>
  isObject(node) && typeof node.$ref === 'string';

const resolved = (document: JsonObject, node: Json): JsonObject | undefined => {
  if (!isReference(node)) return isObject(node) ? node : undefined;
  try {
    return resolveRef(document, node.$ref);
  } catch {
    return undefined;
  }
};

const entries = (node: Json | undefined): [string, Json][] =>
  isObject(node) ? Object.entries(node) : [];

const list = (node: Json | undefined): Json[] => (Array.isArray(node) ? node : []);
