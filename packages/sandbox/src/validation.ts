import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { ApiDocument, Operation } from './documents.js';
import { isJson, readMessage } from './message.js';
import type { Problem } from './problems.js';
import type { ApiRequest } from './server.js';

/** The first thing in a request that its document does not allow. */
export function findMistake(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
): Problem | undefined {
  const invalid = (reason: string, detail: string, status = 400): Problem => {
    const code = `validation-${reason.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return { status, type: 'validation', code, detail };
  };
  const message = readMessage(operation, path, request);
  if ('reason' in message) return invalid(message.reason, message.detail, message.status);
  const validate = remembered(validators, operation, compile);
  const [error] = validate(message) ? [] : (validate.errors ?? []);
  return error && invalid(error.keyword, describe(error));
}

// Compiled when first called, because few tests call more than a few of the operations.
const validators = new WeakMap<Operation, ValidateFunction>();
const compilers = new WeakMap<ApiDocument, Ajv>();

function remembered<K extends WeakKey, V>(memory: WeakMap<K, V>, key: K, make: (key: K) => V): V {
  const value = memory.get(key) ?? make(key);
  memory.set(key, value);
  return value;
}

function compile({ document, parameters, body }: Operation): ValidateFunction {
  const group = (place: string): object => {
    const own = parameters.filter((parameter) => parameter.in === place);
    return {
      type: 'object',
      properties: Object.fromEntries(
        own.map(({ name, schema }) => [name, { minimum: LEAST[name], ...schema }]),
      ),
      required: own.filter(({ required }) => required).map(({ name }) => name),
    };
  };
  const json = Object.entries(body?.content ?? {}).find(([type]) => isJson(type));
  const properties = { path: group('path'), query: group('query'), body: json?.[1].schema ?? {} };
  const schema = toJsonSchema({ type: 'object', properties });
  return remembered(compilers, document, createCompiler).compile(schema as object);
}

/** What goes without saying in the documents. */
const LEAST: Readonly<Record<string, number>> = { pageIndex: 0, pageSize: 1 };

function createCompiler(document: ApiDocument): Ajv {
  // The documents hold a pattern that no /u expression takes, and words that no schema has.
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    unicodeRegExp: false,
    logger: false,
  });
  formats.default(ajv);
  ajv.addFormat('long-id', /^\d+$/);
  ajv.addFormat(INTEGER_TEXT, /^-?\d+$/);
  ajv.addFormat('decimal', { type: 'number', validate: Number.isFinite });
  ajv.addSchema(toJsonSchema({ components: { schemas: document.schemas } }) as object, DOCUMENT);
  return ajv;
}

const DOCUMENT = 'document';
const INTEGER_TEXT = 'integer-text';

type Node = Readonly<Record<string, unknown>>;

/** From OpenAPI 3.0, for what is sent; keywords are told from properties of that name by type. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (!isNode(node)) return node;
  // What stands beside a reference means nothing.
  if (typeof node.$ref === 'string') return { $ref: DOCUMENT + node.$ref };
  const converted = Object.entries(node).map(([key, value]) => [key, toJsonSchema(value)]);
  const { nullable, ...schema } = Object.fromEntries(converted) as Record<string, unknown>;
  if (Array.isArray(schema.required))
    schema.required = schema.required.filter((name) => !isReadOnly(schema.properties, name));
  if (schema.type === 'string' && /^int(32|64)$/.test(String(schema.format)))
    schema.format = INTEGER_TEXT;
  for (const [bound, flag] of BOUNDS) {
    if (schema[flag] === true) Object.assign(schema, { [flag]: schema[bound], [bound]: undefined });
    if (schema[flag] === false) delete schema[flag];
  }
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

const BOUNDS = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const;

/** Missing though required is right for what only the server writes. */
function isReadOnly(properties: unknown, name: string): boolean {
  const property = isNode(properties) ? properties[name] : undefined;
  return isNode(property) && property.readOnly === true;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const allowed = params.allowedValues as readonly unknown[] | undefined;
  return `${instancePath.slice(1)} ${message}${allowed ? `: ${allowed.join(', ')}` : ''}.`;
}
