import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { isObject, type JsonObject, loadDocument, readYaml } from '../../tools/spec/document.ts';
import { runBatch } from '../../tools/spec/generate/generator.ts';
import { ROOT, type SpecEntry, selectSpecs } from '../../tools/spec/registry.ts';
import type { Described, Version } from '../wire/document.ts';
import type { Sample } from '../wire/sampler.ts';
import { TOKEN } from './recorder.ts';

/*
 * The client that openapi-generator makes with its own templates, typescript-axios as everybody has it.
 */

/** A method of a generated class. */
export interface StockMethod {
  readonly name: string;
  /** Names of its parameters, as its own text reads them. */
  readonly takes: readonly string[];
  call(params: object): Promise<unknown>;
}

export interface StockClient {
  /** Where it sends if nobody names another origin: the document's server. */
  readonly basePath: string;
  /** The methods of all its classes, sending to this origin. */
  methods(origin: string): readonly StockMethod[];
}

/** Generates, compiles and loads a client of each version, all in one Java process. */
export const makeStockClients = async (
  versions: readonly Version[],
  folder: string,
): Promise<ReadonlyMap<Version, StockClient>> => {
  const entries = selectSpecs(versions);
  const jobs = entries.map((entry) => {
    const outputDir = join(folder, nameOf(entry));
    const inputSpec = `${outputDir}.json`;
    writeFileSync(inputSpec, JSON.stringify(documentOf(entry)));
    return { generatorName: 'typescript-axios', inputSpec, outputDir, additionalProperties };
  });
  await runBatch(jobs, folder);
  await compile(jobs.map(({ outputDir }) => outputDir));
  const clients = jobs.map(async ({ outputDir }, index): Promise<[Version, StockClient]> => {
    const exported = (await import(pathToFileURL(`${outputDir}.mjs`).href)) as StockModule;
    return [versions[index] as Version, clientOf(exported)];
  });
  return new Map(await Promise.all(clients));
};

/** Parameters are passed by name; all else is as it comes. */
const additionalProperties = { useSingleRequestParameter: true };

const nameOf = ({ product, version }: SpecEntry): string => `${product}-${version}`;

/**
 * The document as it was imported: what our overlay corrects is judged, too. Only what it adds and
 * no document has, which is the token endpoint of today's versions with its models, comes from there.
 */
const documentOf = (entry: SpecEntry): JsonObject => {
  const imported = readYaml(join(entry.folder, 'openapi.yaml'));
  const corrected = loadDocument(entry);
  const members = (document: JsonObject, ...path: readonly string[]): JsonObject =>
    path.reduce<JsonObject>((node, step) => (isObject(node[step]) ? node[step] : {}), document);
  const schemas = {
    ...members(corrected, 'components', 'schemas'),
    ...members(imported, 'components', 'schemas'),
  };
  return {
    ...imported,
    paths: { ...members(corrected, 'paths'), ...members(imported, 'paths') },
    components: { ...members(imported, 'components'), schemas },
  };
};

const compile = async (folders: readonly string[]): Promise<void> => {
  const axios = pathToFileURL(join(ROOT, 'node_modules/axios/index.js')).href;
  await Promise.all(
    folders.map((folder) =>
      build({
        stdin: {
          contents: `export * from './index'; export { BASE_PATH } from './base';`,
          resolveDir: folder,
        },
        outfile: `${folder}.mjs`,
        bundle: true,
        format: 'esm',
        platform: 'node',
        logLevel: 'error',
        plugins: [
          {
            // The scratch folder has no node_modules above it.
            name: 'axios of this project',
            setup: ({ onResolve }) =>
              onResolve({ filter: /^axios$/ }, () => ({ path: axios, external: true })),
          },
        ],
      }),
    ),
  );
};

type StockModule = Readonly<Record<string, unknown>> & {
  readonly BASE_PATH: string;
  readonly Configuration: new (settings: object) => object;
};

type StockClass = new (
  configuration: object,
) => Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

const clientOf = ({ BASE_PATH, Configuration, ...exported }: StockModule): StockClient => ({
  basePath: BASE_PATH,
  methods: (origin) => {
    const basePath = origin + new URL(BASE_PATH).pathname.replace(/\/$/, '');
    // Marketing v1 calls its scheme an API key, whose value is the whole header.
    const settings = { basePath, accessToken: TOKEN, apiKey: `Bearer ${TOKEN}` };
    const configuration = new Configuration(settings);
    return Object.entries(exported)
      .filter(([name, value]) => name.endsWith('Api') && typeof value === 'function')
      .flatMap(([, api]) => methodsOf(new (api as StockClass)(configuration)));
  },
});

const methodsOf = (api: InstanceType<StockClass>): StockMethod[] =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(api))
    .filter((name) => name !== 'constructor')
    .map((name) => {
      const method = api[name] as (...args: unknown[]) => Promise<unknown>;
      const texts = String(method).matchAll(/\brequestParameters\.([\w$]+)/g);
      const takes = [...texts].map(([, parameter]) => String(parameter));
      return {
        name,
        takes,
        call: (params) => method.call(api, ...(takes.length > 0 ? [params] : [])),
      };
    });

/** The method that was made of an operation. */
export const methodOf = (
  methods: readonly StockMethod[],
  { operationId }: Described,
): StockMethod => {
  const [method, ...others] = methods.filter(({ name }) => bare(name) === bare(operationId));
  if (method && others.length === 0) return method;
  throw new Error(`the stock client has no method, or several, for ${operationId}`);
};

/** The sample as that method takes it: by the names it has, and the body under the one that is left. */
export const paramsFor = (
  { name, takes }: StockMethod,
  { parameters, body }: Described,
  { path, query, form, json }: Sample,
): object => {
  const fields = Object.keys(body?.schema.properties ?? {});
  const wireNames = [...parameters.map((parameter) => parameter.name), ...fields];
  const names = new Map(wireNames.map((wireName) => [bare(wireName), wireName]));
  const values: Readonly<Record<string, unknown>> = { ...path, ...query, ...form };
  const left = takes.filter((parameter) => !names.has(bare(parameter)));
  const isJson = body?.type === 'application/json';
  if (left.length !== (isJson ? 1 : 0))
    throw new Error(`${name} takes what no document knows: ${left.join(', ')}`);
  const pairs = takes.map((parameter) => {
    const wireName = names.get(bare(parameter));
    return [parameter, wireName === undefined ? json : values[wireName]] as const;
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
};

/** Names are cut and joined by rules of the generator's own; their letters stay. */
const bare = (name: string): string => name.replace(/\W|_/g, '').toLowerCase();
