import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type JsonObject, loadDocument, readYaml } from '../document.ts';
import { SpecError } from '../errors.ts';
import { carryActions } from '../import/carry.ts';
import { proposeFacts } from '../import/propose.ts';
import { checkDocument, pathVersionsOf } from '../intake/intake.ts';
import { stripProse } from '../intake/prose.ts';
import { readSource } from '../intake/source.ts';
import { type ApiModel, readModel } from '../model.ts';
import { applyOverlay, type OverlayAction, readOverlay } from '../overlay.ts';
import { listSpecs, type SpecEntry, specName } from '../registry.ts';
import { type Comparison, compare, type Finding } from './compare.ts';
import type { Level } from './policies.ts';

/** Compares two versions: each a spec `<product>/<version>` or a file with an OpenAPI document. */
export const diff = async (
  root: string,
  oldName: string,
  freshName: string,
): Promise<Comparison> => {
  const [old, fresh] = [await load(root, oldName), await load(root, freshName)];
  if ('entry' in fresh) {
    const freshModel = readModel(loadDocument(fresh.entry));
    const isSpec = 'entry' in old;
    const model = isSpec ? readModel(loadDocument(old.entry)) : beside(fresh.entry, old.document);
    return compare(model, freshModel);
  }
  if ('entry' in old)
    return compare(readModel(loadDocument(old.entry)), beside(old.entry, fresh.document), 'made');
  return compare(rawModel(old.document), rawModel(fresh.document), 'made');
};

type Loaded = { readonly document: JsonObject } | { readonly entry: SpecEntry };

const load = async (root: string, name: string): Promise<Loaded> => {
  const entry = listSpecs(root).find((one) => specName(one) === name);
  if (entry) return { entry };
  if (!existsSync(name)) {
    const known = listSpecs(root).map(specName).join(', ');
    throw new SpecError(`'${name}' is neither a file nor a spec. There are: ${known}.`);
  }
  const source = await readSource(name, { hosts: [] });
  checkDocument(source.document);
  return { document: stripProse(source.document).document };
};

/** A document as import would take it: names and facts of the spec's operations that match go along. */
const beside = ({ folder }: SpecEntry, fresh: JsonObject): ApiModel => {
  const old = readYaml(join(folder, 'openapi.yaml'));
  const actions = overlayOf(folder);
  // What is of one version keeps its aliases, as it does when it is imported again.
  const keepsAliases = isDeepStrictEqual(pathVersionsOf(old), pathVersionsOf(fresh));
  return rawModel(carryActions({ actions, old, fresh, keepsAliases }).document);
};

/** The actions of a spec folder's overlay. */
export const overlayOf = (folder: string): readonly OverlayAction[] => {
  const path = join(folder, 'overlay.yaml');
  return existsSync(path) ? readOverlay(readYaml(path)) : [];
};

/** A document as the SDK would see it if nobody decided anything. */
export const rawModel = (document: JsonObject): ApiModel => readModel(withFacts(document));

/** A document with all that an operation needs, proposed where nobody decided. */
export const withFacts = (document: JsonObject): JsonObject =>
  applyOverlay({ security: [], ...document }, proposeFacts(document));

/** The fields of a finding that are printed. */
export const told = ({
  difference: _difference,
  ...finding
}: Finding): Omit<Finding, 'difference'> => finding;

/** A comparison in lines, the worst first. */
export const diffLines = ({ bump, findings }: Comparison): string[] => [
  ...LEVELS.flatMap((level) => {
    const some = findings.filter((finding) => finding.level === level);
    return some.length === 0 ? [] : ['', `${level} (${some.length})`, ...some.map(lineOf)];
  }),
  '',
  `bump: ${bump}`,
];

const LEVELS: readonly Level[] = ['major', 'minor', 'patch'];

const lineOf = ({ kind, message, methods }: Finding): string => {
  const reach = methods.length > 1 ? ` (${methods.length} methods)` : '';
  return `  ${kind.padEnd(22)} ${message}${reach}`;
};
