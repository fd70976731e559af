import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/*
 * A reader of the documents that shares nothing with tools/spec: what both misread they would
 * have to misread independently.
 */

export type Version = `${string}/${string}`;

/** The three generations of token endpoints, each in its own version. */
export type HistoricVersion = 'marketing/v1' | 'marketingsolutions/2020-10' | 'retailmedia/2022-10';

export const VERSIONS: readonly HistoricVersion[] = [
  'marketing/v1',
  'marketingsolutions/2020-10',
  'retailmedia/2022-10',
];

const SPECS = fileURLToPath(new URL('../../specs', import.meta.url));

/** Every version that has a document. */
export const ALL_VERSIONS: readonly Version[] = globSync('*/*/openapi.yaml', { cwd: SPECS })
  .map((file) => file.split(/[\\/]/).slice(0, 2).join('/') as Version)
  .sort();

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly readOnly?: boolean;
  readonly items?: Schema;
  readonly properties?: Schemas;
  /** The vendor also writes `true` beside a scalar, which means nothing. */
  readonly required?: readonly string[] | boolean;
  readonly additionalProperties?: Schema | boolean;
}

export type Schemas = Readonly<Record<string, Schema>>;

export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly style?: string;
  readonly explode?: boolean;
}

export interface Body {
  readonly type: string;
  readonly required: boolean;
  readonly schema: Schema;
}

/** One operation as its document and the names in its overlay describe it. */
export interface Described {
  readonly version: Version;
  readonly operationId: string;
  readonly group: string;
  readonly name: string;
  readonly method: string;
  /** With the path of the server in front. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  /** Media types of the success answers. */
  readonly produces: readonly string[];
  /** By status, as the document declares them. */
  readonly responses: Readonly<Record<string, RawBody>>;
  /** Names of the security schemes, as the document has them: overlays may take them away. */
  readonly security: readonly string[];
  readonly isToken: boolean;
  readonly isDownload: boolean;
  readonly schemas: Schemas;
}

export const readOperations = (version: Version): readonly Described[] => {
  const document = readYaml<RawDocument>(version, 'openapi.yaml');
  const { actions } = readYaml<RawOverlay>(version, 'overlay.yaml');
  const prefix = new URL(document.servers[0]?.url ?? '').pathname.replace(/\/$/, '');
  return Object.entries({ ...document.paths, ...addedBy(actions) }).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Described => {
      const target = `$.paths['${path}'].${method}`;
      return {
        version,
        operationId: operation.operationId,
        group: namedBy(actions, target, 'x-group'),
        name: namedBy(actions, target, 'x-name'),
        method: method.toUpperCase(),
        path: prefix + path,
        parameters: operation.parameters ?? [],
        body: bodyOf(operation.requestBody),
        produces: Object.entries(operation.responses)
          .filter(([status]) => status.startsWith('2'))
          .flatMap(([, response]) => Object.keys(response.content ?? {})),
        responses: operation.responses,
        security: (operation.security ?? document.security ?? []).flatMap(Object.keys),
        isToken: path === '/oauth2/token',
        isDownload:
          answersWith('binary', operation) ||
          actions.some((action) => makesDownload(action, target)) ||
          (actions.some(isOfRawFiles) && answersWith('byte', operation)),
        schemas: document.components.schemas,
      };
    }),
  );
};

/** Names of parameters in TypeScript: `account-id`, `client_id`, `AssetFile` lose their separators and capital. */
export const camelCase = (wireName: string): string =>
  wireName
    .split(/[^A-Za-z0-9]+/)
    .map((word, i) => (i === 0 ? word[0]?.toLowerCase() : word[0]?.toUpperCase()) + word.slice(1))
    .join('');

interface RawDocument {
  readonly servers: readonly { readonly url: string }[];
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Schemas };
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RawBody;
  readonly responses: Readonly<Record<string, RawBody>>;
  readonly security?: readonly object[];
}

interface RawBody {
  readonly required?: boolean;
  readonly headers?: object;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface RawOverlay {
  readonly actions: readonly RawAction[];
}

interface RawAction {
  readonly target: string;
  readonly update?: Readonly<Record<string, unknown>>;
}

const readYaml = <T>(version: Version, file: string): T =>
  parse(readFileSync(`${SPECS}/${version}/${file}`, 'utf8')) as T;

// The token endpoint, which the documents of today's versions lack.
const addedBy = (actions: readonly RawAction[]): RawDocument['paths'] =>
  Object.assign(
    {},
    ...actions.filter(({ target }) => target === '$.paths').map(({ update }) => update),
  ) as RawDocument['paths'];

const namedBy = (actions: readonly RawAction[], target: string, key: string): string => {
  const named = actions.filter((action) => action.target === target && action.update?.[key]);
  if (named.length !== 1) throw new Error(`${target}: the overlay gives ${named.length} ${key}`);
  return String(named[0]?.update?.[key]);
};

// A file, by its schema or because the overlay says so where the document declares no body.
const makesDownload = ({ target, update }: RawAction, operation: string): boolean =>
  target === operation
    ? update?.['x-response-kind'] === 'bytes'
    : target.startsWith(`${operation}.responses`) &&
      JSON.stringify(update ?? {}).includes('"format":"binary"');

// One action of an overlay for all answers that the document calls base64.
const isOfRawFiles = ({ target, update }: RawAction): boolean =>
  target === "$..[?@.format=='byte']" && update?.format === 'binary';

const answersWith = (format: string, { responses }: RawOperation): boolean =>
  JSON.stringify(responses).includes(`"format":"${format}"`);

const PREFERRED = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

const bodyOf = (raw: RawBody | undefined): Body | undefined => {
  if (!raw?.content) return undefined;
  const type = PREFERRED.find((candidate) => raw.content?.[candidate]);
  const schema = type && raw.content[type]?.schema;
  if (!type || !schema) throw new Error(`no known media type in ${Object.keys(raw.content)}`);
  return { type, required: raw.required ?? false, schema };
};
