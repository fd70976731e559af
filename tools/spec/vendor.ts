import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type JsonObject, readYaml } from './document.ts';
import { SpecError } from './errors.ts';
import { ROOT, type SpecEntry, specName } from './registry.ts';

/** What is the vendor's and not OpenAPI's: `specs/<vendor>.yaml`. */
export interface Vendor {
  readonly name: string;
  readonly title: string;
  /** Scope of the packages on npm. */
  readonly scope: string;
  /** The package that generated code imports. */
  readonly core: string;
  readonly documents: {
    /** The only hosts that are asked for documents. */
    readonly hosts: readonly string[];
    /** With the places `{version}` and `{service}`. */
    readonly url: string;
  };
  /** What versions of each stage are called; a group is the part that stands in URLs. */
  readonly stages: Readonly<Record<Stage, readonly string[]>>;
  readonly products: Readonly<Record<string, VendorProduct>>;
}

/** Candidates and previews have subpaths of their own, and make no promise of semver. */
export type Stage = 'candidate' | 'preview' | 'stable';

export interface VendorProduct {
  readonly title: string;
  /** In the URL of its documents; without it none can be fetched. */
  readonly service?: string;
  /** What stands behind the version in the paths of its documents; empty: anything. */
  readonly segments: readonly string[];
  readonly origin: string;
  /** Path in front of every operation's, or `''`. */
  readonly prefix: string;
  /** Life of a token whose answer does not state it. */
  readonly defaultLifetimeMs: number;
  readonly versions: Readonly<Record<string, VersionLife>>;
}

/** What is known of a version's life. A date is a day, or a month, which counts from its first day. */
export interface VersionLife {
  readonly stable?: string;
  readonly deprecatedFrom?: string;
  readonly endsOn?: string;
  /** `<product>/<version>` */
  readonly successor?: string;
}

/** A version by its name: a spec entry is one, too. */
export type VersionName = Pick<SpecEntry, 'product' | 'version'>;

/** What generated code is told of the vendor. */
export interface VersionFacts {
  /** The package to import from. */
  readonly core: string;
  /** As the SDK says it: the successor is an import path. */
  readonly life: Omit<VersionLife, 'stable'>;
  /** What the version is called in comments, such as `Retail Media API 2026-07`. */
  readonly title: string;
  /** Origin and path in front of every operation's. */
  readonly baseUrl: string;
  /** Life of a token whose answer does not state it. */
  readonly defaultLifetimeMs: number;
}

/** The vendor of the specs below `root`: its one file there, whatever it is called. */
export const readVendor = (root: string = ROOT): Vendor => {
  const folder = join(root, 'specs');
  if (!existsSync(folder)) throw new SpecError(`${root} holds no folder specs/.`);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const [name, ...others] = files;
  if (name === undefined || others.length > 0) {
    throw new SpecError(
      `specs/ must hold one file <vendor>.yaml; it holds ${files.sort().join(', ') || 'none'}.`,
    );
  }
  const vendor = readYaml(join(root, 'specs', name));
  const ofShape = shapeFaults(vendor);
  const faults = ofShape.length > 0 ? ofShape : senseFaults(vendor as unknown as Vendor);
  if (faults.length === 0) return vendor as unknown as Vendor;
  throw new SpecError(`specs/${name} is not valid: ${faults.slice(0, 20).join('; ')}`);
};

/** @throws {SpecError} for a product that the vendor's file does not name */
export const productOf = ({ name, products }: Vendor, product: string): VendorProduct => {
  const found = Object.hasOwn(products, product) ? products[product] : undefined;
  if (found) return found;
  const known = Object.keys(products).join(', ');
  throw new SpecError(`The vendor ${name} has no product '${product}'. It has: ${known}.`);
};

/** @throws {SpecError} for what is no name of a version */
export const stageOf = (vendor: Vendor, version: string): Stage => readName(vendor, version).stage;

/** Is it without a promise of semver? */
export const isUnstable = (stage: Stage): boolean => stage !== 'stable';

/** Is it the candidate of that version? They are one address at the vendor. */
export const isCandidateOf = (vendor: Vendor, name: string, version: string): boolean => {
  const { inUrls, stage } = readName(vendor, name);
  return stage === 'candidate' && inUrls === version;
};

/** Where a version's document is. */
export const documentUrl = (vendor: Vendor, { product, version }: VersionName): string => {
  const { service } = productOf(vendor, product);
  if (service === undefined)
    throw new SpecError(`There is no address of documents for '${product}'; pass a file.`);
  return vendor.documents.url
    .replaceAll('{version}', readName(vendor, version).inUrls)
    .replaceAll('{service}', service);
};

/** What is known of a version's life: nothing, if the vendor's file does not name it. */
export const lifeOf = (vendor: Vendor, { product, version }: VersionName): VersionLife => {
  const { versions } = productOf(vendor, product);
  return (Object.hasOwn(versions, version) && versions[version]) || {};
};

/** From where a version is imported: `@scope/product/version`. */
export const importPath = ({ scope }: Vendor, name: VersionName | string): string =>
  `${scope}/${typeof name === 'string' ? name : specName(name)}`;

export const factsOfVersion = (vendor: Vendor, name: VersionName): VersionFacts => {
  const { deprecatedFrom, endsOn, successor } = lifeOf(vendor, name);
  const life = {
    ...(deprecatedFrom && { deprecatedFrom }),
    ...(endsOn && { endsOn }),
    ...(successor && { successor: importPath(vendor, successor) }),
  };
  const { title, origin, prefix, defaultLifetimeMs } = productOf(vendor, name.product);
  return {
    core: vendor.core,
    life,
    title: `${title} ${name.version}`,
    baseUrl: origin + prefix,
    defaultLifetimeMs,
  };
};

/** The first moment of a day, or of a month: milliseconds since 1970. */
export const startOf = (date: string): number => Date.parse(date);

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
};

const validate = new Ajv2020({ allErrors: true, formats: { regex: isPattern } }).compile(
  JSON.parse(readFileSync(join(import.meta.dirname, 'vendor.schema.json'), 'utf8')),
);

const shapeFaults = (vendor: JsonObject): string[] => {
  if (validate(vendor)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath || '/', message, params.additionalProperty ?? params.propertyName]
      .filter(Boolean)
      .join(' '),
  );
};

/** What a schema cannot say. */
const senseFaults = (vendor: Vendor): string[] => {
  const { core, documents, products, scope } = vendor;
  const host = new URL(documents.url).host;
  return [
    ...(core.startsWith(`${scope}/`) ? [] : [`/core is not in the scope ${scope}`]),
    ...(documents.hosts.includes(host) ? [] : [`/documents/hosts lacks ${host}`]),
    ...['{version}', '{service}'].flatMap((place) =>
      documents.url.includes(place) ? [] : [`/documents/url has no ${place}`],
    ),
    ...Object.entries(products).flatMap(([product, { versions }]) =>
      Object.entries(versions).flatMap(([version, life]) =>
        lifeFaults(vendor, { product, version }, life).map(
          (fault) => `/products/${product}/versions/${version}${fault}`,
        ),
      ),
    ),
  ];
};

const ORDER = ['stable', 'deprecatedFrom', 'endsOn'] as const;

const lifeFaults = (vendor: Vendor, name: VersionName, life: VersionLife): string[] => {
  const dates = ORDER.flatMap((key) => (life[key] ? [{ key, date: life[key] }] : []));
  const [product = '', version = ''] = life.successor?.split('/') ?? [];
  const isKnown =
    Object.hasOwn(vendor.products, product) &&
    Object.hasOwn(vendor.products[product]?.versions ?? {}, version);
  return [
    ...(findName(vendor, name.version) ? [] : [' is no name of a version (/stages)']),
    ...dates.flatMap(({ key, date }) => (isDate(date) ? [] : [`/${key} is no date`])),
    ...dates.flatMap(({ key, date }, index) => {
      const before = dates[index - 1];
      return before && startOf(before.date) > startOf(date)
        ? [`/${key} is before ${before.key}`]
        : [];
    }),
    ...(life.successor === undefined || isKnown ? [] : ['/successor is not in this file']),
    ...(life.successor === specName(name) ? ['/successor is the version itself'] : []),
  ];
};

// Date.parse takes February 30 for March 1 or 2.
const isDate = (date: string): boolean =>
  new Date(startOf(date)).toISOString().slice(0, date.length) === date;

interface VersionReading {
  readonly stage: Stage;
  readonly inUrls: string;
}

const readName = (vendor: Vendor, version: string): VersionReading => {
  const found = findName(vendor, version);
  if (found) return found;
  const patterns = Object.values(vendor.stages).flat().join(', ');
  throw new SpecError(`'${version}' is no name of a version. They are called: ${patterns}.`);
};

const findName = ({ stages }: Vendor, version: string): VersionReading | undefined =>
  (['stable', 'candidate', 'preview'] as const)
    .flatMap((stage) => stages[stage].map((pattern) => ({ stage, pattern })))
    .map(({ stage, pattern }) => ({ stage, found: new RegExp(`^(?:${pattern})$`).exec(version) }))
    .flatMap(({ stage, found }) => (found ? [{ stage, inUrls: found[1] ?? version }] : []))[0];
