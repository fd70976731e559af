import { isStream } from './byte-stream.js';
import { ConfigError } from './errors.js';
import type { FormField, Operation } from './operation.js';
import { own } from './own.js';
import { mustBeScalar, scalarText, type Values } from './values.js';

export interface WrittenBody {
  readonly body: string | ArrayBuffer | undefined;
  readonly type: string | undefined;
}

/** Writes the body as its operation declares it: a form, parts, or JSON. */
export const writeBody = async (operation: Operation, params: Values): Promise<WrittenBody> => {
  if (operation.form) {
    return { body: writeForm(operation, params), type: 'application/x-www-form-urlencoded' };
  }
  if (operation.multipart) return writeMultipart(operation, params);
  const body = own(params, 'body');
  if (body === undefined) return { body: undefined, type: undefined };
  return { body: writeJson(operation, body), type: 'application/json' };
};

/** Values of form fields that may show up nowhere. */
export const secretFields = ({ form = [] }: Operation, params: Values): string[] =>
  form
    .filter(({ secret }) => secret)
    .map(({ name }) => scalarText(own(params, name)))
    .filter((value) => value !== undefined);

const writeJson = (operation: Operation, value: unknown): string => {
  const fail = (why: string): never => {
    throw new ConfigError(`${operation.id}: the body cannot be written as JSON: ${why}.`, {
      operation: operation.id,
    });
  };
  // JSON has neither: without a word, NaN would become null and a stream {}.
  const writable = (key: string, item: unknown): unknown => {
    if (typeof item === 'number' && !Number.isFinite(item)) return fail(`'${key}' is ${item}`);
    return isStream(item) ? fail('it holds a stream; read it first') : item;
  };
  try {
    return JSON.stringify(value, writable);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return fail('it holds a cycle or a bigint');
  }
};

const writeForm = (operation: Operation, params: Values): string => {
  const form = new URLSearchParams();
  for (const { name, as = name, default: fallback } of operation.form ?? []) {
    const value = own(params, name) ?? fallback;
    if (value !== undefined) form.append(as, mustBeScalar(operation, name, value));
  }
  return form.toString();
};

// As fetch reads members that are missing of a polluted Object.prototype, too.
const PLAIN: ResponseInit = { headers: [], status: 200, statusText: '' };

// Response writes the parts and the boundary, the same on every platform and for every axios adapter.
const writeMultipart = async (operation: Operation, params: Values): Promise<WrittenBody> => {
  const form = new FormData();
  for (const field of operation.multipart ?? []) appendPart(form, operation, field, params);
  const written = new Response(form, PLAIN);
  // The type first: Bun has no header any more once the body is read.
  const type = written.headers.get('content-type') ?? '';
  return { body: await written.arrayBuffer(), type };
};

const appendPart = (
  form: FormData,
  operation: Operation,
  { name, as = name }: FormField,
  params: Values,
): void => {
  const value = own(params, name);
  if (value === undefined || value === null) return;
  // A file's name is part of it; FormData takes it from the File.
  const part = value instanceof Blob ? value : scalarText(value);
  if (part === undefined) {
    throw new ConfigError(`${operation.id}: '${name}' must be a Blob, a File or a text.`, {
      operation: operation.id,
      hint: 'fileFrom makes a File of bytes, a stream or a path.',
    });
  }
  if (typeof part === 'string') form.append(as, part);
  else form.append(as, part);
};
