import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument, visit } from 'yaml';
import { SpecError, within } from './errors.ts';
import { applyOverlay, readOverlay } from './overlay.ts';
import type { SpecEntry } from './registry.ts';

export type Json = { [key: string]: Json } | Json[] | boolean | number | string | null;
export type JsonObject = { [key: string]: Json };

const LARGEST_BYTES = 32 * 1024 * 1024;

/** A version's document with its overlay applied. */
export const loadDocument = ({ folder }: Pick<SpecEntry, 'folder'>): JsonObject => {
  const document = readYaml(join(folder, 'openapi.yaml'));
  checkReferences(document);
  const changed = applyOverlay(document, readOverlay(readYaml(join(folder, 'overlay.yaml'))));
  checkReferences(changed);
  return changed;
};

/** Reads one YAML file strictly: no aliases, no duplicate keys, no unknown tags, one object. */
export const readYaml = (path: string): JsonObject => {
  const text = readFileSync(path, 'utf8');
  if (text.length > LARGEST_BYTES) throw new SpecError(`${path} is larger than 32 MiB.`);
  return parseYaml(text, path);
};

export const parseYaml = (text: string, path: string): JsonObject => {
  const yaml = parseDocument(text, { uniqueKeys: true });
  const fault = [...yaml.errors, ...yaml.warnings][0];
  if (fault) throw new SpecError(`${path} is no clean YAML: ${fault.message}`);
  visit(yaml, {
    Alias: () => {
      throw new SpecError(`${path} uses a YAML alias; write the value out.`);
    },
  });
  if (!isMap(yaml.contents)) throw new SpecError(`${path} holds no object.`);
  return yaml.toJS({ maxAliasCount: 0 }) as JsonObject;
};

/** Every `$ref` stays inside the document, so that no tool is led to another file or host. */
export const checkReferences = (document: JsonObject): void => {
  for (const [path, key, value] of leaves(document))
    if (key === '$ref') checkReference(document, path, value);
};

export const checkReference = (document: JsonObject, path: string, value: Json): void => {
  if (typeof value !== 'string' || !value.startsWith('#/')) {
    throw new SpecError(`${path}: the $ref '${String(value)}' leaves the document.`);
  }
  within(path, () => resolveRef(document, value));
};

/** The steps of a local `$ref` (RFC 6901 in a URI fragment). */
export const stepsOfRef = (ref: string): string[] => {
  try {
    return ref
      .slice(2)
      .split('/')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    throw new SpecError(`The $ref '${ref}' is no JSON Pointer.`);
  }
};

/** What a local `$ref` points to. */
export const resolveRef = (document: JsonObject, ref: string): JsonObject => {
  const steps = stepsOfRef(ref);
  let node: Json | undefined = document;
  for (const step of steps)
    node = isObject(node) && Object.hasOwn(node, step) ? node[step] : undefined;
  if (isObject(node)) return node;
  throw new SpecError(`The $ref '${ref}' points to nothing.`);
};

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each value that is no object, with the place and the name of what holds it. */
export function* leaves(
  document: JsonObject,
): Generator<readonly [path: string, key: string, value: Json]> {
  // A list of what is still to be read: delegation would take the depth's time for every leaf.
  const nodes: (readonly [path: string, node: Json])[] = [['#', document]];
  for (const [path, node] of nodes)
    for (const [key, value] of Object.entries(node ?? {})) {
      if (typeof value === 'object') nodes.push([`${path}/${key}`, value as Json]);
      else yield [path, key, value as Json];
    }
}
