import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Comparison, compare } from '../compare/compare.ts';
import { told } from '../compare/diff.ts';
import type { Level } from '../compare/policies.ts';
import { type JsonObject, loadDocument } from '../document.ts';
import { SpecError } from '../errors.ts';
import { generatedFolder, markFresh, type Rendered, render } from '../generate/generate.ts';
import { writeFacts } from '../intake/facts-yaml.ts';
import {
  checkDocument,
  checkPathVersions,
  checkProduct,
  pathVersionsOf,
} from '../intake/intake.ts';
import { stripProse } from '../intake/prose.ts';
import { readSource, type Source } from '../intake/source.ts';
import { readModel } from '../model.ts';
import { type Break, breaksBetween } from '../oracle/oracle.ts';
import { listSpecs, type SpecEntry, specEntry, specName } from '../registry.ts';
import {
  documentUrl,
  isCandidateOf,
  isUnstable,
  productOf,
  readVendor,
  stageOf,
  type Vendor,
} from '../vendor.ts';
import { changesOf, json, readText } from './changes.ts';
import { overlayFor, unwrittenOf } from './overlay-of-import.ts';
import { releaseOf } from './release.ts';
import { begin, commit, end, isInterrupted } from './transaction.ts';

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
  const { document, dropped } = stripProse(source.document);
  const pathVersions = checkAll(document, vendor, options, isNew ? undefined : entry);

  // What was written for the candidate of a new version is meant for it.
  const candidate = known.find((one) => isCandidateOf(vendor, one.version, version));
  const words = { base, from: (isNew ? candidate : undefined) ?? base };
  tell(words.from ? `carrying over what ${specName(words.from)} knows` : 'proposing facts');
  const overlay = overlayFor(vendor, options, document, words, isNew);
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
          today: options.today,
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
  known.findLast((one) => one.version < version && !isUnstable(stageOf(vendor, one.version)));

/** All that can be said against a document; gives the path segments that it may use. */
const checkAll = (
  document: JsonObject,
  vendor: Vendor,
  { pathVersions = [], product, version }: ImportOptions,
  existing: SpecEntry | undefined,
): readonly string[] => {
  checkProduct(document, product, productOf(vendor, product).segments);
  const source = existing && readText(existing, 'source.json');
  const confirmed = source ? (JSON.parse(source) as { pathVersions: string[] }).pathVersions : [];
  checkPathVersions(document, version, [...confirmed, ...pathVersions], product);
  return pathVersionsOf(document);
};

const sourceOf = (
  { origin, today }: ImportOptions,
  { name, sha256 }: Source,
  pathVersions: readonly string[],
): object => ({ origin: origin ?? name, sha256, importedAt: today, pathVersions });

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
      `The comparison says ${comparison?.bump}, but the compiler finds breaks:\n${shown.join('\n')}\nThis is a fault of the comparison (tools/spec/compare/policies.ts, compare-shapes.ts); nothing was written.`,
    );
  }
  return breaks;
};
