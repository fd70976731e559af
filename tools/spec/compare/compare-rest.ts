import { isObject, type Json, type JsonObject, resolveRef } from '../document.ts';
import type { OperationModel } from '../model.ts';
import type { Difference, Place } from './compare-shapes.ts';

/** What two documents say otherwise about an operation where no rule looks: nobody's types, but a change. */
export const restDifference = (
  [one, old]: readonly [OperationModel, JsonObject],
  [other, fresh]: readonly [OperationModel, JsonObject],
  place: Place,
): Difference[] => {
  const found = firstDifference(resolved(one.source, old), resolved(other.source, fresh));
  if (found === undefined) return [];
  const message = `is described otherwise (${found.join('.')}), which moves no type`;
  return [{ kind: 'other-changed', place, message }];
};

// Names, words, rights and requiredness are compared elsewhere, or are nothing.
const SKIPPED =
  /^(?:x-.*|operationId|tags|summary|description|title|examples?|externalDocs|security|deprecated|required|nullable)$/;

const resolved = (node: Json, document: JsonObject, above: readonly Json[] = []): Json => {
  if (Array.isArray(node)) return ordered(node.map((item) => resolved(item, document, above)));
  if (!isObject(node)) return node;
  if (above.includes(node)) return '(itself)';
  if (typeof node.$ref === 'string')
    return resolved(resolveRef(document, node.$ref), document, above);
  const inside = [...above, node];
  const target = plainSchema(node);
  if (typeof target.$ref === 'string') return resolved(target, document, inside);
  const entries = Object.entries(target).flatMap(([key, value]): [string, Json][] =>
    SKIPPED.test(key) || (value === false && key !== 'additionalProperties')
      ? []
      : [[key, isNamed(key) ? mapped(value, document, inside) : resolved(value, document, inside)]],
  );
  return Object.fromEntries(entries.filter(([key]) => !(target.in === 'path' && key === 'name')));
};

/** A schema without what goes without saying. */
const plainSchema = (schema: JsonObject): JsonObject => {
  const single = ['allOf', 'anyOf', 'oneOf'].find(
    (key) => Array.isArray(schema[key]) && schema[key].length === 1,
  );
  if (single !== undefined) {
    const { [single]: members, ...own } = schema;
    return { ...own, ...(members as JsonObject[])[0] };
  }
  const { additionalProperties, type, ...rest } = schema;
  const isSaid = isObject(rest.properties) || Array.isArray(rest.enum);
  const isAny =
    additionalProperties === undefined ||
    (!isObject(rest.properties) &&
      (additionalProperties === true || isEmpty(additionalProperties)));
  return {
    ...rest,
    ...(isSaid || type === undefined ? {} : { type }),
    ...(isAny ? {} : { additionalProperties }),
  };
};

const isEmpty = (value: Json): boolean => isObject(value) && Object.keys(value).length === 0;

// Below these the keys are names of the vendor's, whatever they are called.
const isNamed = (key: string): boolean => ['properties', 'headers', 'encoding'].includes(key);

const mapped = (value: Json, document: JsonObject, above: readonly Json[]): Json =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, resolved(item, document, above)]),
      )
    : value;

const ordered = (items: Json[]): Json[] =>
  items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const firstDifference = (a: Json | undefined, b: Json | undefined): string[] | undefined => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? undefined : [];
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const found = firstDifference((a as JsonObject)[key], (b as JsonObject)[key]);
    if (found) return [key, ...found];
  }
  return undefined;
};
