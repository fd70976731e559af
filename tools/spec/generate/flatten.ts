import { isObject, type Json, type JsonObject, resolveRef } from '../document.ts';

/**
 * Writes each `allOf` of objects as one object with the fields of all: how a document groups fields
 * is no fact for its users. What is no object (a nullable wrapper round a reference) stays.
 */
export const flattenAllOf = (document: JsonObject): JsonObject => {
  const under = new Set<JsonObject>();

  const flat = (schema: JsonObject): JsonObject => {
    if (!Array.isArray(schema.allOf) || under.has(schema)) return schema;
    const { allOf, ...own } = schema;
    // A single reference without more is an alias, whose name says more than its fields.
    if (allOf.length === 1 && isReference(allOf[0]) && !isObject(own.properties)) return schema;
    under.add(schema);
    const parts = allOf.map((part) => flat(target(part)));
    under.delete(schema);
    const all = [...parts.map(withoutNull), own];
    if (!all.every(canMerge) || !all.some(isPlainObject)) return schema;
    const isNull = own.nullable === true || parts.every(({ nullable }) => nullable === true);
    return { ...all.reduce(mergeObjects), ...(isNull ? { nullable: true } : {}) };
  };

  const target = (part: Json): JsonObject => {
    if (!isObject(part)) return {};
    return typeof part.$ref === 'string' ? resolveRef(document, part.$ref) : part;
  };

  const walk = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(walk);
    if (!isObject(node)) return node;
    return Object.fromEntries(Object.entries(flat(node)).map(([key, value]) => [key, walk(value)]));
  };

  return walk(document) as JsonObject;
};

// Null is all of several things only if each of them takes it.
const withoutNull = ({ nullable: _nullable, ...schema }: JsonObject): JsonObject => schema;

const isReference = (part: Json | undefined): boolean =>
  isObject(part) && typeof part.$ref === 'string';

const isPlainObject = (schema: JsonObject): boolean =>
  schema.type === 'object' || isObject(schema.properties);

// Beside objects a member may add what is required, or words.
const canMerge = (schema: JsonObject): boolean =>
  (schema.type === undefined || schema.type === 'object') &&
  !['allOf', 'oneOf', 'anyOf', 'enum', 'items', 'not', '$ref'].some((key) => key in schema);

const mergeObjects = (first: JsonObject, second: JsonObject): JsonObject => ({
  ...first,
  ...second,
  type: 'object',
  ...union(first, second, 'properties'),
  required: [...new Set([...list(first.required), ...list(second.required)])],
});

const union = (first: JsonObject, second: JsonObject, key: string): JsonObject =>
  isObject(first[key]) || isObject(second[key])
    ? { [key]: { ...(first[key] as JsonObject), ...(second[key] as JsonObject) } }
    : {};

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
