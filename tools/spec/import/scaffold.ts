import { SpecError } from '../errors.ts';
import { type ApiModel, isTokenOperation, type OperationModel, object } from '../model.ts';
import { lifeSentence } from '../status.ts';
import { importPath, productOf, type Vendor, type VersionName } from '../vendor.ts';
import { PAGES, pageOf } from './pages.ts';

/*
 * What a version has by hand, as import writes it the first time: afterwards it is never touched.
 */

// The release counts on from it.
const FIRST_VERSION = '0.0.0';

/** Files of a product that has no package yet, by path below the root. */
export const scaffoldPackage = (
  vendor: Vendor,
  name: VersionName,
  model: ApiModel,
  coreVersion: string,
): Map<string, string> => {
  const { product } = name;
  const { origin, prefix, title } = productOf(vendor, product);
  const folder = `packages/${product}`;
  const manifest = {
    name: importPath(vendor, product),
    version: FIRST_VERSION,
    description: `Typed client of ${vendor.title}'s ${title} (independent, not affiliated with ${vendor.title})`,
    license: 'MIT',
    type: 'module',
    engines: { node: '>=20.19' },
    sideEffects: false,
    files: ['dist', '!dist/.tsbuildinfo', 'src', 'reference', ...PAGES],
    exports: {},
    scripts: { build: 'tsc -b' },
    dependencies: { [vendor.core]: `^${coreVersion}` },
  };
  const settings = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { lib: ['ES2023', 'DOM'] },
    include: ['src'],
    references: [{ path: '../core' }],
  };
  return new Map([
    [`${folder}/package.json`, json(manifest)],
    [`${folder}/tsconfig.json`, json(settings)],
    ...PAGES.map((page) => [`${folder}/${page}`, pageOf(page, vendor, name, model)] as const),
    [
      `${folder}/src/index.ts`,
      `export * from '${vendor.core}';\nexport { createTransport } from './product.js';\n`,
    ],
    [`${folder}/src/product.ts`, productText(vendor, product, origin, prefix)],
  ]);
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const productText = (
  vendor: Vendor,
  name: string,
  origin: string,
  prefix: string,
): string => `import {
  type ClientTransport,
  type Product,
  type TransportOptions,
  createTransport as transportTo,
} from '${vendor.core}';

export const product: Product = {
  name: '${name}',
  packageVersion: '${FIRST_VERSION}',
  origin: '${origin}',
  prefix: '${prefix}',
};

/** Runs single operations without a client, such as the token operation of a generated class. */
export const createTransport = (options: TransportOptions = {}): ClientTransport =>
  transportTo(options, product);
`;

/** A package's manifest with one more version among its exports. */
export const withExport = (manifest: string, version: string): string => {
  const rest = JSON.parse(manifest) as { exports: Record<string, unknown> };
  const { exports } = rest;
  const {
    '.': bare,
    './package.json': own,
    ...versions
  } = {
    ...exports,
    [`./${version}`]: target(`${version}/`),
  };
  const sorted = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  const all = {
    '.': bare ?? target(''),
    ...Object.fromEntries(sorted),
    './package.json': own ?? './package.json',
  };
  return json({ ...rest, exports: all });
};

const target = (folder: string): object => ({
  types: `./dist/${folder}index.d.ts`,
  default: `./dist/${folder}index.js`,
});

const GRANTS: Readonly<Record<string, readonly string[]>> = {
  client_credentials: ['ClientCredentials'],
  authorization_code: ['AuthorizationCode'],
  refresh_token: ['RefreshToken'],
};

const PKCE = 'PkceAuthorizationCode';

/** The `index.ts` of a version, from its token operation. */
export const scaffoldVersion = (
  vendor: Vendor,
  name: VersionName,
  model: ApiModel,
  today: string,
): string => {
  const token = tokenOperation(model);
  const { properties, required } = token.body?.schema ?? {};
  const fields = object(properties);
  const grants = [...new Set(token.grants.map(({ type }) => type))];
  const types = grants.flatMap((grant) =>
    grant === 'authorization_code' && 'code_verifier' in fields
      ? ['AuthorizationCode', PKCE]
      : (GRANTS[grant] ?? unknownGrant(grant)),
  );
  const api = `${token.group.slice(0, 1).toUpperCase()}${token.group.slice(1)}Api`;
  const { defaultLifetimeMs, title } = productOf(vendor, name.product);
  // With PKCE alone: the first versions demand no parameter at all.
  const isPublic =
    types.includes(PKCE) && !(Array.isArray(required) && required.includes('client_secret'));
  // All that core knows has a name.
  const isEvery = new Set(Object.values(GRANTS).flat().concat(PKCE)).size === types.length;
  const own = isEvery ? ['Grant'] : types;
  const imported = ['ApiVersion', 'Client', 'ClientOptions', ...own].sort();
  const union = isEvery ? 'Grant' : 'Grants';
  const client = isEvery ? 'Client<Groups>' : 'Client<Groups, Grants>';
  return `${chunks(imported, 4)
    .map((names) => `import type { ${names.join(', ')} } from '${vendor.core}';\n`)
    .join('')}import { connect } from '${vendor.core}';
import { product } from '../product.js';
import { ${api}, type Groups, groups } from './generated/index.js';
import { life } from './generated/life.js';
${isEvery ? '' : `\ntype Grants = ${types.sort().join(' | ')};\n`}
export { createTransport } from '../product.js';
export * from './generated/index.js';

/** ${`Client of the ${title} ${name.version}. ${lifeSentence(vendor, name, today)}`.trim()} */
export const createClient = (options: ClientOptions<${union}>): ${client} =>
  connect(version, options);

const version: ApiVersion<${union}, Groups> = {
  product,
  name: '${name.version}',
  life,
  groups,
  grants: [${grants.map((grant) => `'${grant}'`).join(', ')}],
  defaultLifetimeMs: ${grouped(defaultLifetimeMs)},${isPublic ? '\n  publicClients: true,' : ''}
  requestToken: (transport, parameters, options) =>
    new ${api}(transport).${token.name}(parameters, options),
};
`;
};

const chunks = <T>(items: readonly T[], size: number): (readonly T[])[] =>
  items.length === 0 ? [] : [items.slice(0, size), ...chunks(items.slice(size), size)];

const grouped = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, '_');

const unknownGrant = (grant: string): never => {
  throw new SpecError(`The token operation has the grant '${grant}', which the SDK does not know.`);
};

const tokenOperation = ({ operations }: ApiModel): OperationModel => {
  const found = operations.find(isTokenOperation);
  if (found) return found;
  throw new SpecError(
    'No operation gives tokens: a form with grant_type, and x-grants. Add it in an overlay (--overlay), as the version before has it.',
  );
};
