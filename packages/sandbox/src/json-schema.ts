import { own } from './own.js';

type Node = Readonly<Record<string, unknown>>;

/**
 * A schema of an OpenAPI 3.0 document as JSON schema, for what is sent. A keyword is told from a
 * property of that name by its type.
 */
export function toJsonSchema(node: unknown, documentId: string): unknown {
  if (Array.isArray(node)) return node.map((item) => toJsonSchema(item, documentId));
  if (!isNode(node)) return node;
  // What stands beside a reference means nothing.
  if (typeof node.$ref === 'string') return { $ref: documentId + node.$ref };
  const entries = Object.entries(node).map(([key, value]) => [
    key,
    toJsonSchema(value, documentId),
  ]);
  const schema = Object.fromEntries(entries) as Record<string, unknown>;
  if (typeof schema.nullable === 'boolean') delete schema.nullable;
  if (Array.isArray(schema.required))
    schema.required = schema.required.filter((name) => !isReadOnly(schema.properties, name));
  if (schema.type === 'string' && /^int(32|64)$/.test(String(schema.format)))
    schema.format = INTEGER_TEXT;
  for (const bound of ['Minimum', 'Maximum']) {
    const name = `exclusive${bound}`;
    const exclusive = own(schema, name);
    if (exclusive === true) Object.assign(schema, { [name]: own(schema, bound.toLowerCase()) });
    if (exclusive === false) Reflect.deleteProperty(schema, name);
  }
  return node.nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/** Texts that hold numbers: JSON schema knows these formats for numbers only. */
export const INTEGER_TEXT = 'integer-text';

/** What only the server writes may be missing though it is required. */
function isReadOnly(properties: unknown, name: string): boolean {
  const property = isNode(properties) ? own(properties, name) : undefined;
  return isNode(property) && property.readOnly === true;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
