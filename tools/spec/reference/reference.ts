import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadDocument } from '../document.ts';
import { within } from '../errors.ts';
import { type ApiModel, readModel } from '../model.ts';
import { listSpecs, specEntry, specName } from '../registry.ts';
import { readVendor, type VersionName } from '../vendor.ts';
import { INDEX, pagesOfVersion, productPage, projectPage } from './pages.ts';
import { type Version, versionOf } from './version.ts';

/** Where the pages of all products stand; the folder of one is in its package. */
export const REFERENCE = 'docs/reference';

/** A version that is being imported: its document is not in its place yet. */
export interface Incoming extends VersionName {
  readonly model: ApiModel;
}

/** Every page of a project, by path below its root. */
export const referencePages = (root: string, incoming?: Incoming): Map<string, string> => {
  const versions = versionsOf(root, incoming);
  const products = [...new Set(versions.map(({ name }) => name.product))];
  return new Map([
    [`${REFERENCE}/${INDEX}`, projectPage(versions)],
    ...products.map(
      (product) =>
        [
          `${REFERENCE}/${product}/${INDEX}`,
          productPage(versions.filter(({ name }) => name.product === product)),
        ] as const,
    ),
    ...versions.flatMap((version) =>
      [...within(specName(version.name), () => pagesOfVersion(version))].map(
        ([page, text]) => [`${REFERENCE}/${specName(version.name)}/${page}`, text] as const,
      ),
    ),
  ]);
};

/** Writes the pages of a project where they differ, and takes away those that no version has. */
export const writeReference = (root: string): void => {
  const pages = referencePages(root);
  const folder = join(root, REFERENCE);
  const standing = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.endsWith('.md'),
      )
    : [];
  for (const path of standing) {
    const page = `${REFERENCE}/${path.replaceAll('\\', '/')}`;
    if (!pages.has(page)) rmSync(join(root, page));
  }
  for (const [path, text] of pages) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
};

const versionsOf = (root: string, incoming: Incoming | undefined): Version[] => {
  const vendor = readVendor(root);
  const names = new Map<string, VersionName>(listSpecs(root).map((one) => [specName(one), one]));
  if (incoming) names.set(specName(incoming), incoming);
  return [...names.values()]
    .sort((a, b) => (specName(a) < specName(b) ? -1 : 1))
    .map(({ product, version }) => {
      const name = { product, version };
      const model =
        incoming && specName(incoming) === specName(name)
          ? incoming.model
          : readModel(loadDocument(specEntry(root, product, version)));
      return within(specName(name), () => versionOf(vendor, name, model));
    });
};
