import { readdirSync, readFileSync } from 'node:fs';

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

export interface Operation {
  readonly document: ApiDocument;
  readonly name: string;
  readonly method: string;
  /** Below the origin, the product's prefix included; a parameter is `{name}`. */
  readonly segments: readonly string[];
  readonly secured: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: DeclaredBody | undefined;
  readonly responses: ReadonlyMap<number, DeclaredResponse>;
}

export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly explode?: boolean;
  readonly schema?: Schema;
}

export interface DeclaredBody {
  readonly required?: boolean;
  /** By media type. */
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

/** Both undefined where no body is declared. */
export interface DeclaredResponse {
  readonly contentType: string | undefined;
  readonly schema: Schema | undefined;
}

/** Read once: they are facts, and a test run starts many sandboxes. */
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

export function fieldsOf(schema: Schema | undefined, document: ApiDocument): Fields {
  return (schema && resolve(schema, document.schemas).properties) ?? {};
}

/** Follows `$ref`, joins `allOf` and takes the first alternative: callers see plain schemas. */
export function resolve(schema: Schema, schemas: Fields): Schema {
  const target = schema.$ref && schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
  if (target) return resolve(target, schemas);
  const { allOf = [], oneOf = [], anyOf = [], ...own } = schema;
  const parts = [...allOf, ...oneOf.slice(0, 1), ...anyOf.slice(0, 1)];
  return parts.map((part) => resolve(part, schemas)).reduce(join, own);
}

function join(a: Schema, b: Schema): Schema {
  const required = [...(a.required ?? []), ...(b.required ?? [])];
  return { ...a, ...b, required, properties: { ...a.properties, ...b.properties } };
}

interface RawDocument {
  readonly servers?: readonly { readonly url: string }[];
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components?: { readonly schemas?: Fields };
}

interface RawOperation {
  readonly operationId: string;
  readonly 'x-name'?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: DeclaredBody;
  readonly responses: Readonly<Record<string, DeclaredBody>>;
}

function operationsOf(raw: RawDocument, document: ApiDocument): Operation[] {
  const prefix = new URL(raw.servers?.[0]?.url ?? 'http://localhost').pathname.replace(/\/$/, '');
  const operationOf = (path: string, method: string, operation: RawOperation): Operation => ({
    document,
    name: operation['x-name'] ?? operation.operationId,
    method: method.toUpperCase(),
    segments: `${prefix}${path}`.slice(1).split('/'),
    secured: (operation.security ?? raw.security ?? []).length > 0,
    parameters: operation.parameters ?? [],
    body: operation.requestBody,
    responses: new Map(
      Object.entries(operation.responses).map(([status, body]) => [Number(status), declared(body)]),
    ),
  });
  return Object.entries(raw.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.responses)
      .map(([method, operation]) => operationOf(path, method, operation)),
  );
}

function declared({ content = {} }: DeclaredBody): DeclaredResponse {
  const contentType = 'application/json' in content ? 'application/json' : Object.keys(content)[0];
  return { contentType, schema: contentType ? (content[contentType]?.schema ?? {}) : undefined };
}
