import { Ajv, type Options, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { ApiDocument, Operation } from './documents.js';
import { INTEGER_TEXT, toJsonSchema } from './json-schema.js';
import { own } from './own.js';
import type { Problem } from './problems.js';
import type { ApiRequest } from './server.js';

/** The first thing in a request that its document does not allow. */
export function findMistake(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
): Problem | undefined {
  const sent = new URLSearchParams(request.query);
  const parameters = {
    path: Object.fromEntries(operation.segments.map((segment, i) => [segment, path[i]])),
    query: Object.fromEntries([...sent.keys()].map((name) => [name, sent.getAll(name)])),
  };
  const { ofParameters } = remembered(judges, operation, createJudge);
  return judged(ofParameters, parameters, '') ?? findBodyMistake(operation, request);
}

function findBodyMistake(operation: Operation, { headers, body }: ApiRequest): Problem | undefined {
  const { content, required } = operation.requestBody ?? {};
  if (!content) return undefined;
  if (!body?.length) return required ? invalid('required', 'The body is missing.') : undefined;
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(/ *;/);
  if (!Object.keys(content).some((declared) => covers(declared, type))) {
    const detail = `The body must be ${Object.keys(content).join(', ')}, not '${type}'.`;
    return {
      ...invalid('content-type', detail),
      status: Object.hasOwn(operation.responses, 415) ? 415 : 400,
    };
  }
  const text = body.toString('utf8');
  if (!isJson(type)) return findMissingField(own(content, type)?.schema?.required, type, text);
  const value = parseJson(text);
  return value === undefined
    ? invalid('json', 'The body is not well-formed JSON.')
    : judged(remembered(judges, operation, createJudge).ofBody, value, 'body');
}

/** Undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a form only the names are looked at, and of what is neither form nor JSON nothing. */
function findMissingField(
  required: readonly string[] = [],
  type: string,
  text: string,
): Problem | undefined {
  const names = own(NAMES, type)?.(text) ?? required;
  const missing = required.find((name) => !names.includes(name));
  return missing ? invalid('required', `The body lacks the field ${missing}.`) : undefined;
}

const PART = /^content-disposition: *form-data;.*\bname="([^"]*)"/gim;
const NAMES: Readonly<Record<string, (text: string) => readonly (string | undefined)[]>> = {
  'application/x-www-form-urlencoded': (text) => [...new URLSearchParams(text).keys()],
  'multipart/form-data': (text) => [...text.matchAll(PART)].map(([, name]) => name),
};

interface Judge {
  readonly ofParameters: ValidateFunction;
  readonly ofBody: ValidateFunction;
}

// Compiled at the first call, because a test calls few of the operations.
const judges = new WeakMap<Operation, Judge>();
const compilers = new WeakMap<ApiDocument, { readonly strict: Ajv; readonly lenient: Ajv }>();

function remembered<K extends WeakKey, V>(memory: WeakMap<K, V>, key: K, make: (key: K) => V): V {
  const value = memory.get(key) ?? make(key);
  memory.set(key, value);
  return value;
}

function createJudge({ document, parameters = [], requestBody }: Operation): Judge {
  const group = (place: string, keyOf: (name: string) => string): object => {
    const declared = parameters.filter((parameter) => parameter.in === place);
    const schemas = declared.map(({ name, schema }) => [
      keyOf(name),
      { ...own(LEAST, name), ...schema },
    ]);
    const required = declared.filter((parameter) => parameter.required);
    return {
      properties: Object.fromEntries(schemas),
      required: required.map(({ name }) => keyOf(name)),
    };
  };
  const { strict, lenient } = remembered(compilers, document, ({ schemas }) => ({
    strict: createCompiler(schemas),
    lenient: createCompiler(schemas, { coerceTypes: 'array' }),
  }));
  const properties = {
    path: group('path', (name) => `{${name}}`),
    query: group('query', (name) => name),
  };
  const [, json] = Object.entries(requestBody?.content ?? {}).find(([type]) => isJson(type)) ?? [];
  return {
    ofParameters: lenient.compile(toJsonSchema({ properties }, DOCUMENT) as object),
    ofBody: strict.compile(toJsonSchema(json?.schema ?? {}, DOCUMENT) as object),
  };
}

/** What goes without saying in the documents. */
const LEAST: Readonly<Record<string, object>> = {
  pageIndex: { minimum: 0 },
  pageSize: { minimum: 1 },
  offset: { minimum: 0 },
  limit: { minimum: 0 },
};
const DOCUMENT = 'document';

/** Takes half the time to compile, and what is compiled is used a few times only. */
const QUICK: Options = { validateSchema: false, code: { optimize: false } };

function createCompiler(schemas: object, options: Options = {}): Ajv {
  // The vendor's patterns are no /u expressions, and its schemas hold words of its own.
  const ajv = new Ajv({ ...QUICK, strict: false, unicodeRegExp: false, ...options });
  formats.default(ajv);
  ajv.addFormat('long-id', /^\d+$/);
  ajv.addFormat(INTEGER_TEXT, /^-?\d+$/);
  ajv.addFormat('decimal', { type: 'number', validate: Number.isFinite });
  return ajv.addSchema(toJsonSchema({ components: { schemas } }, DOCUMENT) as object, DOCUMENT);
}

function judged(judge: ValidateFunction, value: unknown, place: string): Problem | undefined {
  const [error] = judge(value) ? [] : (judge.errors ?? []);
  if (!error) return undefined;
  const { instancePath, message, keyword, params } = error;
  const which: unknown = params.allowedValues ?? params.additionalProperty;
  const detail = `${message}${which === undefined ? '' : `: ${[which].flat().join(', ')}`}.`;
  return invalid(keyword, `${(place + instancePath).replace(/^\//, '')} ${detail}`);
}

function invalid(reason: string, detail: string): Problem {
  const code = `validation-${reason.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return { status: 400, type: 'validation', code, detail };
}

function isJson(type: string): boolean {
  return /[/+]json$/.test(type);
}

/** Ranges of JSON are the only ones in the documents. */
function covers(declared: string, type: string): boolean {
  return declared === type || (declared.includes('*') && isJson(type));
}
