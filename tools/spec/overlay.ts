import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { paths as findPaths } from 'jsonpath-rfc9535';
import { isObject, type Json, type JsonObject } from './document.ts';
import { SpecError } from './errors.ts';

/** One change of an OpenAPI Overlay 1.0.0: what is at `target` is merged with `update`, or removed. */
export interface OverlayAction {
  readonly target: string;
  /** Why. */
  readonly description: string;
  readonly update?: Json;
  readonly remove?: boolean;
}

const validate = new Ajv2020({
  allErrors: true,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(JSON.parse(readFileSync(join(import.meta.dirname, 'overlay.schema.json'), 'utf8')));

/** Reads an overlay and checks each fact against the vocabulary (overlay.schema.json). */
export const readOverlay = (overlay: JsonObject): readonly OverlayAction[] => {
  if (!validate(overlay)) {
    const errors = validate.errors ?? [];
    const first =
      errors.find(({ keyword }) => keyword === 'false schema') ??
      errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length)[0];
    const why = first?.keyword === 'false schema' ? 'is no fact of the vocabulary' : first?.message;
    throw new SpecError(`The overlay is not valid: ${first?.instancePath} ${why}`);
  }
  return overlay.actions as unknown as readonly OverlayAction[];
};

/** An overlay from elsewhere may not decide who gets a token, or where it comes from. */
export const checkRights = (before: JsonObject, after: JsonObject): void => {
  const [old, fresh] = [rightsOf(before), rightsOf(after)];
  const moved = [...old].find(([place, right]) => fresh.get(place) !== right);
  if (moved)
    throw new SpecError(
      `The overlay changes ${moved[0]}: one that is named on the command line may not. Write it into the overlay of the spec folder.`,
    );
};

/** Servers and security of a document, by place. */
const rightsOf = ({ components, paths, security, servers }: JsonObject): Map<string, string> => {
  const text = (value: Json | undefined): string => JSON.stringify(value ?? null);
  const urls = text(isObject(components) ? components.securitySchemes : undefined).match(
    /"[a-zA-Z]*Url":"[^"]*"/g,
  );
  const operations = Object.entries(isObject(paths) ? paths : {}).flatMap(([path, item]) =>
    Object.entries(isObject(item) ? item : {}).map(([method, operation]): [string, string] => [
      `security or servers of ${method.toUpperCase()} ${path}`,
      isObject(operation) ? text([operation.security ?? null, operation.servers ?? null]) : '',
    ]),
  );
  return new Map([
    ['servers', text(servers)],
    ['security', text(security)],
    ["the security schemes' URLs", text(urls)],
    ...operations,
  ]);
};

/** Applies the actions in order to a copy. An action that finds nothing is an error: it would be silently lost. */
export const applyOverlay = (
  document: JsonObject,
  actions: readonly OverlayAction[],
): JsonObject => {
  const result = structuredClone(document);
  for (const action of actions) {
    refusePrototype(action.update ?? null);
    const paths = find(result, action.target);
    if (paths.length === 0)
      throw new SpecError(`The overlay's target ${action.target} matches nothing.`);
    if (paths.length > MOST_MATCHES)
      throw new SpecError(
        `The overlay's target ${action.target} matches ${paths.length} places; name fewer.`,
      );
    // From the end, so that what is removed does not move what is yet to be removed.
    for (const path of action.remove ? paths.reverse() : paths) change(result, path, action);
  }
  return result;
};

// Beyond the largest document's schemas somebody has named everything.
const MOST_MATCHES = 10_000;

const find = (document: JsonObject, target: string): (number | string)[][] => {
  // Their regular expressions could run for ever.
  if (/\b(?:match|search)\s*\(/.test(target)) {
    throw new SpecError(
      `The overlay's target ${target} uses match or search, which are not allowed.`,
    );
  }
  // jsonpath-rfc9535 1.3.0 loses a term of `a && b && c`; `a && (b && c)` it reads rightly.
  if (/(?:&&|\|\|)[^()]*(?:&&|\|\|)/.test(target)) {
    throw new SpecError(
      `The overlay's target ${target} chains three terms; put two in parentheses.`,
    );
  }
  try {
    return findPaths(document, target).map(stepsOf);
  } catch {
    throw new SpecError(`The overlay's target ${target} is no JSONPath (RFC 9535).`);
  }
};

// A normalized path: $['paths']['/a'][0]
const stepsOf = (normalized: string): (number | string)[] =>
  [...normalized.matchAll(/\[(?:'((?:[^'\\]|\\.)*)'|(\d+))\]/g)].map(([, name, index]) =>
    name === undefined
      ? Number(index)
      : (JSON.parse(`"${name.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`) as string),
  );

const change = (
  document: JsonObject,
  path: readonly (number | string)[],
  { remove, update }: OverlayAction,
): void => {
  const parent = path
    .slice(0, -1)
    .reduce<Json>((node, step) => (node as JsonObject)[step as string] as Json, document);
  const last = path.at(-1);
  if (last === undefined) throw new SpecError('An overlay cannot replace the whole document.');
  if (remove) {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete (parent as JsonObject)[last];
    return;
  }
  const key = last as string;
  (parent as JsonObject)[key] = merge((parent as JsonObject)[key] ?? null, update ?? null);
};

const refusePrototype = (node: Json): void => {
  if (typeof node !== 'object' || node === null) return;
  if (Object.hasOwn(node, '__proto__')) throw new SpecError('An overlay may not name __proto__.');
  for (const child of Object.values(node)) refusePrototype(child as Json);
};

// Overlay 1.0.0 section 4.4.3: objects merge, an array takes one more element, all else is replaced.
const merge = (old: Json, update: Json): Json => {
  if (Array.isArray(old)) return [...old, update];
  if (!isObject(old) || !isObject(update)) return update;
  const merged: JsonObject = { ...old };
  for (const [key, value] of Object.entries(update)) {
    const before = merged[key];
    const isMerge = isObject(before) && isObject(value);
    merged[key] = isMerge
      ? merge(before, value)
      : Array.isArray(before) && Array.isArray(value)
        ? [...before, ...value]
        : value;
  }
  return merged;
};
