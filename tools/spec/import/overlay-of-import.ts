import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../compare/compare.ts';
import { overlayOf, rawModel } from '../compare/diff.ts';
import { type JsonObject, loadDocument, readYaml } from '../document.ts';
import { SpecError } from '../errors.ts';
import { readModel, roleOf } from '../model.ts';
import { applyOverlay, checkRights, type OverlayAction, readOverlay } from '../overlay.ts';
import type { SpecEntry } from '../registry.ts';
import { productOf, type Vendor } from '../vendor.ts';
import { type Carried, carryActions, rewriteOverlay } from './carry.ts';
import { PROPOSED, proposeAliases, proposeFacts } from './propose.ts';

/** The overlay that an import writes. */
export interface OverlayOfImport extends Pick<Carried, 'document' | 'left'> {
  readonly actions: readonly OverlayAction[];
  readonly text: string;
}

interface OverlayOptions {
  readonly product: string;
  readonly version: string;
  /** A file to take instead of what is there or is carried over. */
  readonly overlay?: string | undefined;
}

/** Carried over or given, with facts proposed for what is new. */
export const overlayFor = (
  vendor: Vendor,
  { overlay, product, version }: OverlayOptions,
  fresh: JsonObject,
  /** The version that it is compared with, and the one whose words it takes. */
  { base, from }: { readonly base: SpecEntry | undefined; readonly from: SpecEntry | undefined },
  isNew: boolean,
): OverlayOfImport => {
  const title = `Corrections and facts for the ${vendor.title} ${productOf(vendor, product).title} ${version}`;
  if (overlay !== undefined && !existsSync(overlay))
    throw new SpecError(`The overlay '${overlay}' does not exist; look at its name.`);
  const given = overlay === undefined ? undefined : readOverlay(readYaml(overlay));
  const before = given ?? (from ? overlayOf(from.folder) : []);
  // What an overlay was written for: a given one, for this document.
  const old = given || from === undefined ? fresh : readYaml(join(from.folder, 'openapi.yaml'));
  const common = { actions: before, old, fresh, keepsAliases: !isNew || given !== undefined };
  const first = carryActions(common);
  if (given) checkRights(fresh, first.document);
  const renamesSince = (entry: SpecEntry | undefined): ReadonlyMap<string, string> =>
    entry
      ? compare(readModel(loadDocument(entry)), rawModel(first.document), 'made').renames
      : new Map();
  const renames = renamesSince(from);
  const carried = carryActions({ ...common, renames });
  const own = proposeFacts(carried.document);
  const decided = applyOverlay(carried.document, own);
  const aliases = proposeAliases(
    from === base ? renames : renamesSince(base),
    decided,
    base?.version ?? 'the version before',
  );
  const document = applyOverlay(decided, aliases);
  const actions = [...carried.actions, ...own, ...aliases];
  const path = overlay ?? (from && join(from.folder, 'overlay.yaml'));
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

/** Operations that wait for words or for somebody's decision. */
export const unwrittenOf = ({ actions, document }: OverlayOfImport): string[] => {
  const proposed = actions.filter(({ description }) => description === PROPOSED);
  const { operations } = readModel(document);
  const wordless = operations.filter(({ summary }) => summary === undefined);
  const misfits = operations.flatMap((operation) =>
    [
      ...(!operation.paging && 'x-paging' in operation.source ? ['x-paging'] : []),
      ...(!operation.job && roleOf(operation) === 'create' ? ['x-job'] : []),
    ].map((key) => `${operation.method} ${operation.path}: ${key} does not fit any more`),
  );
  return [
    ...new Set([
      ...wordless.map(({ method, path }) => `${method} ${path}: no summary`),
      ...misfits,
      ...proposed.map(({ target }) => `${target}: facts proposed, not decided`),
    ]),
  ];
};
