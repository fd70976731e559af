import { readdirSync, readFileSync } from 'node:fs';
import type { Offer } from './accept.js';
import { own } from './own.js';

/** The part of OpenAPI 3.0's schema object that the vendor's documents use. */
export interface Schema extends Readonly<Partial<Record<Text, string> & Record<Bound, number>>> {
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly items?: Schema;
  readonly properties?: Fields;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

type Text = '$ref' | 'type' | 'format' | 'pattern';
type Bound = `${'min' | 'max'}${'Length' | 'Items' | 'imum'}`;

export type Fields = Readonly<Record<string, Schema>>;

export interface ApiDocument {
  readonly product: string;
  readonly version: string;
  readonly schemas: Fields;
}

export interface Operation extends RawOperation {
  readonly document: ApiDocument;
  readonly name: string;
  readonly method: string;
  /** Below the origin, the product's prefix included; a parameter is `{name}`. */
  readonly segments: readonly string[];
  readonly secured: boolean;
}

interface RawOperation {
  readonly operationId: string;
  readonly 'x-name'?: string;
  /** `bytes`: a file comes although the document declares no body. */
  readonly 'x-response-kind'?: string;
  readonly 'x-job'?: JobFact;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

/** What the overlay says: which part of an asynchronous job this is, and the names of the others. */
interface JobFact {
  readonly role: 'create' | 'status' | 'output';
  readonly status?: string;
  readonly output?: string;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

export interface Body {
  readonly required?: boolean;
  /** By media type. */
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface RawDocument {
  readonly servers?: readonly { readonly url: string }[];
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components?: { readonly schemas?: Fields };
}

/** The same for every sandbox of the process, so that only the first one pays for reading. */
export function loadOperations(): readonly Operation[] {
  loaded ??= readOperations();
  return loaded;
}

let loaded: readonly Operation[] | undefined;

/** The folder is the registry: a new API version is a new file, and no line of code. */
function readOperations(): readonly Operation[] {
  const folder = new URL('../generated/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().flatMap((file) => {
    const [, product = '', version = ''] = /^([^-]+)-(.+)\.json$/.exec(file) ?? [];
    const raw = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as RawDocument;
    return operationsOf(raw, { product, version, schemas: raw.components?.schemas ?? {} });
  });
}

export function versionId({ product, version }: ApiDocument): string {
  return `${product}/${version}`;
}

export function isTokenOperation({ method, segments }: Operation): boolean {
  return method === 'POST' && segments.slice(-2).join('/') === 'oauth2/token';
}

/** What an answer of this status holds; nothing if the document does not say. */
export function modelOf({ responses, document }: Operation, status: number): Fields {
  return fieldsOf(mediaOf(own(responses, status))?.schema, document);
}

export function fieldsOf(schema: Schema | undefined, document: ApiDocument): Fields {
  return (schema && resolve(schema, document.schemas).properties) ?? {};
}

/** The first declared success with a body, else the first without. */
export function successOf({ responses }: Operation): { status: number; body: Body | undefined } {
  const codes = Object.keys(responses).filter((code) => code.startsWith('2'));
  const code = codes.find((each) => mediaOf(own(responses, each))) ?? codes[0] ?? '200';
  return { status: Number(code), body: own(responses, code) };
}

/** What documents call the JSON of one schema. */
export const JSON_TYPES = ['application/json', 'text/json', 'text/plain'] as const;

/** JSON if a body may be that, else its first type. */
export function mediaOf(
  body: Body | undefined,
): { readonly type: string; readonly schema: Schema } | undefined {
  const content = body?.content ?? {};
  const type = JSON_TYPES.find((each) => Object.hasOwn(content, each)) ?? Object.keys(content)[0];
  return type === undefined ? undefined : { type, schema: own(content, type)?.schema ?? {} };
}

/** The ways to send a body of a JSON model. */
export function jsonOffers(body: Body | undefined): readonly Offer[] {
  const types = JSON_TYPES.filter((type) => Object.hasOwn(body?.content ?? {}, type));
  return [mediaOf(body)?.type ?? JSON_TYPES[0], ...types].map((type) => ({ type }));
}

/** Follows `$ref`, joins `allOf` and takes the first alternative: callers see plain schemas. */
export function resolve(schema: Schema, schemas: Fields): Schema {
  const target = schema.$ref && own(schemas, schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
  if (target) return resolve(target, schemas);
  const { allOf = [], oneOf = [], anyOf = [], ...itself } = schema;
  const parts = [...allOf, ...oneOf.slice(0, 1), ...anyOf.slice(0, 1)];
  return parts.map((part) => resolve(part, schemas)).reduce(join, itself);
}

function join(a: Schema, b: Schema): Schema {
  const required = [...(a.required ?? []), ...(b.required ?? [])];
  return { ...a, ...b, required, properties: { ...a.properties, ...b.properties } };
}

function operationsOf(
  { servers, security, paths }: RawDocument,
  document: ApiDocument,
): Operation[] {
  const prefix = new URL(servers?.[0]?.url ?? 'http://localhost').pathname.replace(/\/$/, '');
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { responses }]) => responses)
      .map(([method, operation]) => ({
        ...operation,
        document,
        name: operation['x-name'] ?? operation.operationId,
        method: method.toUpperCase(),
        segments: `${prefix}${path}`.slice(1).split('/'),
        secured: (operation.security ?? security ?? []).length > 0,
      })),
  );
}
