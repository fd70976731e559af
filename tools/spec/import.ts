import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { type Carried, carryActions, rewriteOverlay } from './carry.ts';
import { type Comparison, compare } from './compare.ts';
import { overlayOf, rawModel, told } from './diff.ts';
import { type JsonObject, loadDocument, readYaml } from './document.ts';
import { SpecError } from './errors.ts';
import { writeFacts } from './facts-yaml.ts';
import {
  factsFile,
  format,
  generatedFolder,
  markFresh,
  type Rendered,
  render,
} from './generate.ts';
import { checkDocument, checkPathVersions, checkProduct, pathVersionsOf } from './intake.ts';
import { guideFiles } from './migrate.ts';
import { readModel } from './model.ts';
import { namesOf, snapshotOf } from './names.ts';
import { type Break, breaksBetween } from './oracle.ts';
import { applyOverlay, checkRights, type OverlayAction, readOverlay } from './overlay.ts';
import type { Level } from './policies.ts';
import { PROPOSED, proposeAliases, proposeFacts } from './propose.ts';
import { stripProse } from './prose.ts';
import { listSpecs, type SpecEntry, specEntry, specName } from './registry.ts';
import { changesetOf, type DriftEntry, driftPage, releaseOf } from './release.ts';
import { scaffoldPackage, scaffoldVersion, withExport, withVersions } from './scaffold.ts';
import { readSource, type Source } from './source.ts';
import { begin, commit, end, isInterrupted } from './transaction.ts';
import { documentUrl, isUnstable, productOf, readVendor, stageOf, type Vendor } from './vendor.ts';

export interface ImportOptions {
  readonly root: string;
  readonly product: string;
  readonly version: string;
  /** File or URL. @default the vendor's own address of the version */
  readonly from?: string | undefined;
  /** What source.json names instead of the file or URL. */
  readonly origin?: string | undefined;
  /** An overlay to take instead of the one that is there or that is carried over. */
  readonly overlay?: string | undefined;
  /** First path segments beside the version that the document may use. */
  readonly pathVersions?: readonly string[];
  readonly isDryRun?: boolean;
  /** YYYY-MM-DD */
  readonly today: string;
  /** Told of each step as it begins. */
  readonly tell: (line: string) => void;
}

export interface ImportReport {
  readonly name: string;
  /** The version that it was compared with, if there was one. */
  readonly base: string | null;
  readonly isNew: boolean;
  /** For users of the entry point. */
  readonly bump: Level;
  /** For our package. */
  readonly release: Level;
  readonly findings: readonly ReturnType<typeof told>[];
  /** What the compiler says no longer compiles. */
  readonly breaks: readonly Break[];
  /** Operations that have no words yet, or facts that nobody has decided. */
  readonly unwritten: readonly string[];
  /** Actions of the overlay that match nothing any more. */
  readonly left: readonly string[];
  /** Keywords of the document that OpenAPI 3.0 does not know. */
  readonly dropped: readonly string[];
  readonly files: readonly string[];
}

/** Brings a vendor's document in, new or changed in place: all that a pull request needs, or nothing. */
export const importDocument = async (options: ImportOptions): Promise<ImportReport> => {
  const { isDryRun = false, root, tell } = options;
  // Where there is no project nothing is written, not even that we are at work.
  listSpecs(root);
  if (isDryRun && isInterrupted(root))
    throw new SpecError(
      'An import is half written: wait for its end, or, if it was interrupted, import without --dry-run, which finishes it.',
    );
  if (isDryRun) return importInto(options);
  const earlier = begin(root);
  if (earlier) tell(`an earlier import was interrupted: ${earlier} it`);
  try {
    return await importInto(options);
  } finally {
    end(root);
  }
};

const importInto = async (options: ImportOptions): Promise<ImportReport> => {
  const { isDryRun = false, product, root, tell, version } = options;
  const vendor = readVendor(root);
  // What was typed is looked at before anything is read.
  stageOf(vendor, version);
  productOf(vendor, product);
  const entry = specEntry(root, product, version);
  const known = listSpecs(root).filter((one) => one.product === product);
  const base = baseOf(vendor, entry, known);
  const isNew = !known.some((one) => one.version === version);

  const from = options.from ?? documentUrl(vendor, entry);
  tell(`reading ${from}`);
  const source = await readSource(from, { hosts: vendor.documents.hosts });
  // As it came: what is no fact of ours is left out next, and could not be refused any more.
  checkDocument(source.document);
  checkDocument(source.document);
  const { document, dropped } = stripProse(source.document);
  const pathVersions = checkAll(document, vendor, options, isNew ? undefined : entry);

  tell(base ? `carrying over what ${specName(base)} knows` : 'proposing facts');
  const overlay = overlayFor(vendor, options, document, base, isNew);
  const fresh = readModel(overlay.document);
  const comparison = base && compare(readModel(loadDocument(base)), fresh);
  if (comparison) tell(`compared with ${specName(base)}: ${comparison.bump}`);

  const folder = mkdtempSync(join(tmpdir(), 'spec-import-'));
  try {
    const staged = { ...entry, folder };
    const texts = {
      openapi: writeFacts(document),
      overlay: overlay.text,
      source: json(sourceOf(options, source, pathVersions)),
    };
    writeFileSync(join(folder, 'openapi.yaml'), texts.openapi);
    writeFileSync(join(folder, 'overlay.yaml'), texts.overlay);
    const isSame =
      !isNew &&
      readText(entry, 'source.json') !== '' &&
      texts.openapi === readText(entry, 'openapi.yaml') &&
      texts.overlay === readText(entry, 'overlay.yaml');
    const generated = join(folder, 'generated');
    mkdirSync(generated);
    const [rendered] = isSame ? [] : await render([staged], generated, tell);
    const breaks = rendered && base ? await judge(base, rendered, comparison, tell) : [];
    const changes = rendered
      ? changesOf({
          vendor,
          options,
          entry,
          isNew,
          comparison,
          fresh,
          texts,
          rendered,
          source,
          folder,
        })
      : new Map<string, string>();
    if (!isDryRun && changes.size > 0) {
      tell(`writing ${changes.size} files and folders`);
      commit(root, changes);
      markFresh(entry);
    }
    return {
      name: specName(entry),
      base: base ? specName(base) : null,
      isNew,
      bump: comparison?.bump ?? 'none',
      release: releaseOf(isNew, comparison?.bump ?? 'none'),
      findings: (comparison?.findings ?? []).map(told),
      breaks,
      unwritten: unwrittenOf(overlay),
      left: overlay.left,
      dropped,
      files: [...changes.keys()],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

// A version in place is compared with itself, a new one with the stable version before.
const baseOf = (
  vendor: Vendor,
  { version }: SpecEntry,
  known: readonly SpecEntry[],
): SpecEntry | undefined =>
  known.find((one) => one.version === version) ??
  known.findLast((one) => one.version < version && !isUnstable(stageOf(vendor, one.version))) ??
  undefined;

/** All that can be said against a document; gives the path segments that it may use. */
const checkAll = (
  document: JsonObject,
  vendor: Vendor,
  { pathVersions = [], product, version }: ImportOptions,
  existing: SpecEntry | undefined,
): readonly string[] => {
  checkProduct(document, product, productOf(vendor, product).segments);
  const path = existing && join(existing.folder, 'source.json');
  const confirmed =
    path && existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as { pathVersions: string[] }).pathVersions
      : [];
  checkPathVersions(document, version, [...confirmed, ...pathVersions], product);
  return pathVersionsOf(document);
};

const sourceOf = (
  { origin, today }: ImportOptions,
  { name, sha256 }: Source,
  pathVersions: readonly string[],
): object => ({ origin: origin ?? name, sha256, importedAt: today, pathVersions });

interface Overlay extends Pick<Carried, 'document' | 'left'> {
  readonly actions: readonly OverlayAction[];
  readonly text: string;
}

const overlayFor = (
  vendor: Vendor,
  { overlay, product, version }: ImportOptions,
  fresh: JsonObject,
  base: SpecEntry | undefined,
  isNew: boolean,
): Overlay => {
  const title = `Corrections and facts for the ${vendor.title} ${productOf(vendor, product).title} ${version}`;
  if (overlay !== undefined && !existsSync(overlay))
    throw new SpecError(`The overlay '${overlay}' does not exist; look at its name.`);
  const given = overlay === undefined ? undefined : readOverlay(readYaml(overlay));
  const before = given ?? (base ? overlayOf(base.folder) : []);
  // What an overlay was written for: a given one, for this document.
  const old = given || base === undefined ? fresh : readYaml(join(base.folder, 'openapi.yaml'));
  const common = { actions: before, old, fresh, keepsAliases: !isNew || given !== undefined };
  const first = carryActions(common);
  if (given) checkRights(fresh, first.document);
  const renames = base
    ? compare(readModel(loadDocument(base)), rawModel(first.document), 'made').renames
    : new Map<string, string>();
  const carried = carryActions({ ...common, renames });
  const own = proposeFacts(carried.document);
  const decided = applyOverlay(carried.document, own);
  const aliases = proposeAliases(renames, decided, base?.version ?? 'the version before');
  const document = applyOverlay(decided, aliases);
  const actions = [...carried.actions, ...own, ...aliases];
  const path = overlay ?? (base && join(base.folder, 'overlay.yaml'));
  const text = path && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const isKept = text?.includes(title) && sameActions(actions, before, carried);
  return {
    actions,
    document,
    left: carried.left,
    text: isKept && text ? text : rewriteOverlay(text, title, before, actions, carried.origins),
  };
};

// An overlay whose actions all stay as they are keeps its text to the byte.
const sameActions = (
  actions: readonly OverlayAction[],
  before: readonly OverlayAction[],
  { origins }: Carried,
): boolean =>
  actions.length === before.length &&
  actions.every((action, index) => {
    const origin = origins.get(action);
    return origin === before[index] && origin?.target === action.target;
  });

/** Asks the compiler; it must not find a break where the comparison found none. */
const judge = async (
  base: SpecEntry,
  { outputDir }: Rendered,
  comparison: Comparison | undefined,
  tell: (line: string) => void,
): Promise<readonly Break[]> => {
  tell('compiling users of the version before against the new declarations');
  const old = generatedFolder(base);
  if (!existsSync(old)) return [];
  const breaks =
    (await breaksBetween([{ name: 'import', old, new: outputDir }], base.root)).get('import') ?? [];
  if (breaks.length > 0 && comparison?.bump !== 'major') {
    const shown = breaks.slice(0, 20).map(({ at, message }) => `  ${at}: ${message}`);
    throw new SpecError(
      `The comparison says ${comparison?.bump}, but the compiler finds breaks:\n${shown.join('\n')}\nThis is a fault of the comparison (tools/spec/policies.ts, compare-shapes.ts); nothing was written.`,
    );
  }
  return breaks;
};

const unwrittenOf = ({ actions, document }: Overlay): string[] => {
  const proposed = actions.filter(({ description }) => description === PROPOSED);
  const wordless = readModel(document).operations.filter(({ summary }) => summary === undefined);
  return [
    ...new Set([
      ...wordless.map(({ method, path }) => `${method} ${path}: no summary`),
      ...proposed.map(({ target }) => `${target}: facts proposed, not decided`),
    ]),
  ];
};

interface Made {
  readonly vendor: Vendor;
  readonly options: ImportOptions;
  readonly entry: SpecEntry;
  readonly isNew: boolean;
  readonly comparison: Comparison | undefined;
  readonly fresh: ReturnType<typeof readModel>;
  readonly texts: { readonly openapi: string; readonly overlay: string; readonly source: string };
  readonly rendered: Rendered;
  readonly source: Source;
  /** For files that are not in their places yet. */
  readonly folder: string;
}

/** Everything that is written, by path below the root. */
const changesOf = (made: Made): Map<string, string | { folder: string }> => {
  const { comparison, entry, fresh, isNew, options, rendered, texts, vendor } = made;
  const { product, version } = entry;
  const { root } = options;
  const below = (path: string): string => relative(root, path).replaceAll('\\', '/');
  const spec = below(entry.folder);
  const facts = factsFile(entry);
  const changeset = changesetOf(vendor, entry, isNew, comparison, fresh.operations.length);
  return new Map<string, string | { folder: string }>([
    [`${spec}/openapi.yaml`, texts.openapi],
    [`${spec}/overlay.yaml`, texts.overlay],
    [`${spec}/source.json`, texts.source],
    ...packageFiles(made),
    [below(generatedFolder(entry)), { folder: rendered.outputDir }],
    ...(facts ? [[below(facts), rendered.facts] as const] : []),
    ...guideFiles(vendor, root, product, { version, model: fresh }),
    [`test/boundaries/names/${product}-${version}.txt`, namesSnapshot(made)],
    ...(isNew || texts.openapi === readText(entry, 'openapi.yaml') ? [] : driftFiles(made)),
    ...(changeset ? changesetFile(made, changeset) : []),
  ]);
};

// A version that has not been released yet is told as new, whatever is changed in it.
const changesetFile = (
  { entry: { product, version }, isNew, options: { root }, source: { sha256 } }: Made,
  text: string,
): [string, string][] => {
  const first = `.changeset/${product}-${version}.md`;
  if (isNew) return [[first, text]];
  // A second change before the release is told beside the first.
  const next = `.changeset/${product}-${version}-in-place-${sha256.slice(0, 8)}.md`;
  return existsSync(join(root, first)) ? [] : [[next, text]];
};

// What a package has by hand: written the first time, then its exports and its table of versions only.
const packageFiles = (made: Made): [string, string][] => {
  const { entry, folder, fresh, options, vendor } = made;
  const { product, version } = entry;
  const read = (path: string): string | undefined => {
    const file = join(options.root, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const manifest = `packages/${product}/package.json`;
  const files = new Map(read(manifest) ? [] : scaffoldPackage(vendor, entry));
  files.set(manifest, withExport(read(manifest) ?? files.get(manifest) ?? '', version));
  const index = `packages/${product}/src/${version}/index.ts`;
  if (!read(index)) files.set(index, scaffoldVersion(vendor, entry, fresh, options.today));
  const page = `packages/${product}/README.md`;
  const others = listSpecs(options.root).filter((one) => one.product === product);
  const versions = new Set([...others.map((one) => one.version), version]);
  const text = read(page) ?? files.get(page) ?? '';
  files.set(page, withVersions(text, vendor, product, [...versions]));
  return formatted(files, join(folder, 'by-hand'));
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
const namesSnapshot = ({ entry, folder, options, rendered }: Made): string => {
  const index = `packages/${entry.product}/src/${entry.version}/index.ts`;
  const staged = join(folder, 'by-hand', index);
  const find = (from: string, specifier: string): string => {
    const file = specifier.replace(/js$/, 'ts');
    if (file.startsWith('./generated/')) return join(rendered.outputDir, file.slice(12));
    return resolve(dirname(from), file);
  };
  return snapshotOf(namesOf(existsSync(staged) ? staged : join(options.root, index), find));
};

const driftFiles = ({ comparison, entry, options, source, vendor }: Made): [string, string][] => {
  const { product, version } = entry;
  const path = `docs/drift/${product}.json`;
  const file = join(options.root, path);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DriftEntry[]) : [];
  const last = JSON.parse(readText(entry, 'source.json') || '{}') as { sha256?: string };
  const entries = [
    ...before,
    {
      version,
      importedAt: options.today,
      sha256: { before: last.sha256 ?? '', after: source.sha256 },
      bump: comparison?.bump ?? 'none',
      findings: (comparison?.findings ?? []).map(told),
    },
  ];
  return [
    [path, json(entries)],
    [`docs/drift/${product}.md`, driftPage(vendor, product, entries)],
  ];
};

const readText = ({ folder }: SpecEntry, file: string): string => {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
