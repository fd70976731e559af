import { readdirSync, readFileSync } from 'node:fs';
import type { Document, JudgedOperation } from './judge.js';

/** A schema as the documents write it; this reader shares nothing with src. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly readOnly?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface SampledOperation extends JudgedOperation {
  readonly 'x-name': string;
  readonly 'x-job'?: { readonly role: string; readonly status?: string; readonly output?: string };
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
  };
}

export interface Described {
  readonly name: string;
  readonly method: string;
  readonly template: string;
  readonly operation: SampledOperation;
  readonly json: Schema | undefined;
  readonly sampler: Sampler;
}

interface Found extends Described {
  /** Without `.json`. */
  readonly file: string;
  /** The first operation that has the same contract, in an older version of the product. */
  readonly same?: Found;
}

/** Every operation of every document but the token endpoints. */
export function findOperations(): Found[] {
  const known = new Map<string, Found>();
  return readDocuments().flatMap(({ file, document }) =>
    operationsOf(document).map((described) => {
      const key = file.replace(/-.*/, '') + contractOf(described);
      const same = known.get(key);
      const found = { file, ...described, ...(same && { same }) };
      if (!same) known.set(key, found);
      return found;
    }),
  );
}

export function readDocuments(): { file: string; document: Document }[] {
  const folder = new URL('../generated/', import.meta.url);
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      file: file.replace(/\.json$/, ''),
      document: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Document,
    }));
}

/** All that decides about requests and answers, in a text: neither words nor the version in the path. */
function contractOf({ method, template, operation, sampler }: Described): string {
  const reached = new Set<string>();
  const textOf = (value: unknown): string =>
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === '$ref' && typeof inner === 'string') reached.add(inner);
      const isWords = (key === 'description' && typeof inner === 'string') || key.startsWith('x-');
      return isWords ? undefined : inner;
    }) ?? '';
  const { parameters, requestBody, responses } = operation;
  const own = textOf([method, parameters, requestBody, responses]);
  const schemas: string[] = [];
  // What is reached while the loop runs is visited, too.
  for (const $ref of reached) schemas.push($ref + textOf(sampler.resolve({ $ref })));
  return [template.replace(/^\/\d{4}-\d{2}\//, '/'), own, ...schemas].join('\n');
}

/** Every operation of a document but its token endpoint. */
export function operationsOf(document: Document): Described[] {
  const prefix = new URL(document.servers[0]?.url ?? '').pathname.replace(/\/$/, '');
  const { schemas } = document.components as { schemas: Readonly<Record<string, Schema>> };
  return Object.entries(document.paths)
    .filter(([template]) => !template.endsWith('/oauth2/token'))
    .flatMap(([template, item]) =>
      Object.entries(item as Record<string, SampledOperation>).map(([method, operation]) => ({
        name: operation['x-name'],
        method: method.toUpperCase(),
        template: prefix + template,
        operation,
        json: operation.requestBody?.content?.['application/json']?.schema,
        sampler: new Sampler(schemas),
      })),
    );
}

/** What the operation takes: `all` of it, or only what is required. */
export function requestOf(
  { operation, template, method, json, sampler }: Described,
  all: boolean,
): { path: string; init: { method: string; headers: Record<string, string>; body?: string } } {
  const { parameters = [], requestBody } = operation;
  const query = new URLSearchParams();
  let path = template;
  for (const { in: place, name, required, schema } of parameters) {
    const value = sampler.make(schema, all);
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(value)));
    if (place === 'query' && (all || required))
      for (const item of [value].flat()) query.append(name, String(item));
  }
  const sent = { path: `${path}?${query}`, init: { method, headers: {} } };
  if (!requestBody?.content || !(all || requestBody.required)) return sent;
  if (json) return { ...sent, init: { method, ...asJson(sampler.make(json, all)) } };
  const body =
    '--line\r\ncontent-disposition: form-data; name="AssetFile"; filename="a.png"\r\n\r\nA\r\n--line--\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=line' };
  return { ...sent, init: { method, headers, body } };
}

export function asJson(value: unknown): { headers: Record<string, string>; body: string } {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** A body with one mistake, and what the problem has to name. */
export interface Mistake {
  readonly kind: 'required' | 'type' | 'enum' | 'additional-properties';
  readonly names: string;
  readonly body: unknown;
}

class Sampler {
  readonly schemas: Readonly<Record<string, Schema>>;
  constructor(schemas: Readonly<Record<string, Schema>>) {
    this.schemas = schemas;
  }

  resolve(schema: Schema): Schema {
    return (schema.$ref && this.schemas[schema.$ref.split('/').at(-1) ?? '']) || schema;
  }

  make(declared: Schema, all: boolean, above: readonly string[] = []): unknown {
    const refs = declared.$ref ? [...above, declared.$ref] : above;
    const schema = this.resolve(declared);
    const { type, format, pattern, enum: choices, minimum = 1, items = {} } = schema;
    if (choices) return choices.find((choice) => choice !== null);
    if (type === 'integer' || type === 'number') return Math.max(1, minimum);
    if (type === 'boolean') return true;
    if (type === 'array') return this.#isCycle(items, refs) ? [] : [this.make(items, all, refs)];
    if (type === 'string') return TEXTS[pattern ?? format ?? ''] ?? 'text';
    const { properties = {}, required = [], additionalProperties: rest } = schema;
    const own = Object.entries(properties).filter(([name, property]) =>
      required.includes(name) ? !property.readOnly : all && !this.#isCycle(property, refs),
    );
    if (own.length === 0 && typeof rest === 'object') return { key: this.make(rest, all, refs) };
    return Object.fromEntries(own.map(([name, s]) => [name, this.make(s, all, refs)]));
  }

  #isCycle({ $ref, items }: Schema, refs: readonly string[]): boolean {
    const ref = $ref ?? items?.$ref;
    return ref !== undefined && refs.includes(ref);
  }

  /** Each mistake that can be made at one place of the value. */
  *mistakesIn(declared: Schema, value: unknown, at = ''): Generator<Mistake> {
    const schema = this.resolve(declared);
    const { type, properties = {}, required = [], items = {} } = schema;
    if (schema.enum) yield { kind: 'enum', names: at, body: 'no-such-value' };
    const isTyped = type !== undefined || schema.properties !== undefined;
    if (isTyped && !schema.enum)
      yield { kind: 'type', names: at, body: type === 'string' ? 5 : 'wrong' };
    if (Array.isArray(value) && value.length > 0)
      for (const mistake of this.mistakesIn(items, value[0], `${at}/0`))
        yield { ...mistake, body: [mistake.body] };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    if (schema.additionalProperties === false) {
      const names = 'nobody-knows';
      yield { kind: 'additional-properties', names, body: { ...value, [names]: 1 } };
    }
    for (const [name, property] of Object.entries(value)) {
      const { [name]: _gone, ...others } = value as Record<string, unknown>;
      if (required.includes(name)) yield { kind: 'required', names: name, body: others };
      for (const mistake of this.mistakesIn(properties[name] ?? {}, property, `${at}/${name}`))
        yield { ...mistake, body: { ...value, [name]: mistake.body } };
    }
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  'date-time': '2026-03-01T00:00:00+01:00',
  date: '2026-03-01',
  int32: '2147483647',
  int64: '9223372036854775807',
  'long-id': '9223372036854775807',
  uuid: '6f1c2b3a-4d5e-4f60-8a71-92b3c4d5e6f7',
  byte: 'AAA=',
  uri: 'https://example.com/a?b=c',
  '^#(([0-9a-fA-F]{2}){3}|([0-9a-fA-F]){3})$': '#00ff7f',
  '^([01][0-9]|2[0-3]):[0-5][0-9]$': '23:59',
};
