import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Comparison } from '../compare/compare.ts';
import { told as printed } from '../compare/diff.ts';
import { factsFile, format, generatedFolder, type Rendered } from '../generate/generate.ts';
import { namesOf, snapshotOf } from '../generate/names.ts';
import type { Source } from '../intake/source.ts';
import { guideFiles } from '../migrate/migrate.ts';
import type { ApiModel } from '../model.ts';
import { REFERENCE, referencePages } from '../reference/reference.ts';
import { listSpecs, type SpecEntry, specName } from '../registry.ts';
import type { Vendor } from '../vendor.ts';
import { PAGES, withVersions } from './pages.ts';
import { changesetOf, type DriftEntry, driftPage } from './release.ts';
import { scaffoldPackage, scaffoldVersion, withExport } from './scaffold.ts';
import type { Changes } from './transaction.ts';

/** An import that is ready to be written. */
export interface Made {
  readonly vendor: Vendor;
  /** YYYY-MM-DD */
  readonly today: string;
  readonly entry: SpecEntry;
  readonly isNew: boolean;
  readonly comparison: Comparison | undefined;
  readonly fresh: ApiModel;
  readonly texts: { readonly openapi: string; readonly overlay: string; readonly source: string };
  readonly rendered: Rendered;
  readonly source: Source;
  /** For files that are not in their places yet. */
  readonly folder: string;
}

/** Everything that is written, by path below the root. */
export const changesOf = (made: Made): Changes => {
  const { comparison, entry, fresh, isNew, rendered, texts, vendor } = made;
  const { product, root, version } = entry;
  const below = (path: string): string => relative(root, path).replaceAll('\\', '/');
  const spec = below(entry.folder);
  const facts = factsFile(entry);
  const changeset = `.changeset/${product}-${version}`;
  // A version that has not been released yet is told as new, whatever is changed in it.
  const isUnreleased = isNew || existsSync(join(root, `${changeset}.md`));
  const told = changesetOf(
    vendor,
    entry,
    isUnreleased,
    comparison,
    fresh.operations.length,
    facts !== undefined,
  );
  const place = isUnreleased ? '' : `-in-place-${made.source.sha256.slice(0, 8)}`;
  const written = new Map([
    [`${spec}/source.json`, texts.source],
    ...packageFiles(made),
    ...(isNew || texts.openapi === readText(entry, 'openapi.yaml') ? [] : driftFiles(made)),
  ]);
  const byHand = formatted(written, join(made.folder, 'by-hand'));
  const all = new Map<string, string | { folder: string }>([
    [`${spec}/openapi.yaml`, texts.openapi],
    [`${spec}/overlay.yaml`, texts.overlay],
    ...byHand,
    [below(generatedFolder(entry)), { folder: rendered.outputDir }],
    ...(facts ? [[below(facts), rendered.facts] as const] : []),
    ...guideFiles(vendor, root, product, { version, model: fresh }),
    ...referenceChanges(made),
    [`test/boundaries/names/${product}-${version}.txt`, namesSnapshot(made)],
    ...(told ? [[`${changeset}${place}.md`, told] as const] : []),
  ]);
  return new Map([...all].filter(([path, content]) => content !== textAt(root, path)));
};

// The version's own in a folder, because a class may be gone; beside it those that lead to it.
const referenceChanges = ({
  entry,
  folder,
  fresh,
}: Made): [path: string, content: string | { folder: string }][] => {
  const own = `${REFERENCE}/${specName(entry)}`;
  const staged = join(folder, own);
  mkdirSync(staged, { recursive: true });
  const isOwn = ([path]: readonly [string, string]): boolean => path.startsWith(`${own}/`);
  const pages = [...referencePages(entry.root, { ...entry, model: fresh })];
  for (const [path, text] of pages.filter(isOwn)) writeFileSync(join(folder, path), text);
  return [[own, { folder: staged }], ...pages.filter((page) => !isOwn(page))];
};

const textAt = (root: string, path: string): string | undefined => {
  const file = join(root, path);
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined;
};

// What a package has by hand: written the first time, then its exports and its tables of versions only.
const packageFiles = (made: Made): Map<string, string> => {
  const { entry, fresh, today, vendor } = made;
  const { product, root, version } = entry;
  const read = (path: string): string | undefined => textAt(root, path);
  const manifest = `packages/${product}/package.json`;
  const scaffold = scaffoldPackage(vendor, entry, fresh, coreVersion(read));
  const files = new Map(read(manifest) ? [] : scaffold);
  const licence = read('LICENSE');
  if (licence && files.size > 0) files.set(`packages/${product}/LICENSE`, licence);
  files.set(manifest, withExport(read(manifest) ?? files.get(manifest) ?? '', version));
  const index = `packages/${product}/src/${version}/index.ts`;
  if (!read(index)) files.set(index, scaffoldVersion(vendor, entry, fresh, today));
  const others = listSpecs(root).filter((one) => one.product === product);
  const versions = new Set([...others.map((one) => one.version), version]);
  for (const page of PAGES.map((name) => `packages/${product}/${name}`)) {
    const text = read(page) ?? scaffold.get(page) ?? '';
    files.set(page, withVersions(text, vendor, product, [...versions]));
  }
  return files;
};

const coreVersion = (read: (path: string) => string | undefined): string => {
  const manifest = read('packages/core/package.json');
  return manifest ? (JSON.parse(manifest) as { version: string }).version : '0.0.0';
};

const formatted = (files: ReadonlyMap<string, string>, folder: string): [string, string][] => {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  format([folder], 'check');
  return [...files.keys()].map((path) => [path, readFileSync(join(folder, path), 'utf8')]);
};

// The entry point as it will be: its index.ts with the code that has just been generated.
const namesSnapshot = ({ entry, folder, rendered }: Made): string => {
  const index = `packages/${entry.product}/src/${entry.version}/index.ts`;
  const staged = join(folder, 'by-hand', index);
  const find = (from: string, specifier: string): string => {
    const file = specifier.replace(/js$/, 'ts');
    if (file.startsWith('./generated/')) return join(rendered.outputDir, file.slice(12));
    return resolve(dirname(from), file);
  };
  return snapshotOf(namesOf(existsSync(staged) ? staged : join(entry.root, index), find));
};

const driftFiles = ({ comparison, entry, source, today, vendor }: Made): [string, string][] => {
  const { product, root, version } = entry;
  const path = `docs/drift/${product}.json`;
  const before = JSON.parse(textAt(root, path) ?? '[]') as DriftEntry[];
  const last = JSON.parse(readText(entry, 'source.json') || '{}') as { sha256?: string };
  const entries = [
    ...before,
    {
      version,
      importedAt: today,
      sha256: { before: last.sha256 ?? '', after: source.sha256 },
      bump: comparison?.bump ?? 'none',
      findings: (comparison?.findings ?? []).map(printed),
    },
  ];
  return [
    [path, json(entries)],
    [`docs/drift/${product}.md`, driftPage(vendor, product, entries)],
  ];
};

/** A file of a spec folder, or nothing. */
export const readText = ({ folder }: SpecEntry, file: string): string => {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
