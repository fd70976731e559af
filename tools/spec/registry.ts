import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SpecError } from './errors.ts';

/** One API version of one product: a folder `specs/<product>/<version>` is all it takes. */
export interface SpecEntry {
  /** Where `specs/` and `packages/` are. */
  readonly root: string;
  readonly product: string;
  readonly version: string;
  readonly folder: string;
}

/** The project of these tools: templates, settings and the generator come from here for every root. */
export const ROOT: string = resolve(import.meta.dirname, '../..');

/** Every spec folder below `root`, sorted. */
export const listSpecs = (root: string = ROOT): SpecEntry[] => {
  if (!existsSync(join(root, 'specs'))) throw new SpecError(`${root} holds no folder specs/.`);
  return folders(join(root, 'specs')).flatMap((product) =>
    folders(join(root, 'specs', product))
      .map((version) => specEntry(root, product, version))
      .filter(({ folder }) => existsSync(join(folder, 'openapi.yaml'))),
  );
};

export const specEntry = (root: string, product: string, version: string): SpecEntry => ({
  root,
  product,
  version,
  folder: join(root, 'specs', product, version),
});

/** The spec folders that `names` mean: `<product>` or `<product>/<version>`; all of them if there is none. */
export const selectSpecs = (
  names: readonly string[],
  all: readonly SpecEntry[] = listSpecs(),
): SpecEntry[] => {
  if (names.length === 0) return [...all];
  return names.flatMap((name) => {
    const found = all.filter((entry) => name === entry.product || name === specName(entry));
    if (found.length > 0) return found;
    throw new SpecError(`There is no spec '${name}'. There are: ${all.map(specName).join(', ')}.`);
  });
};

export const specName = ({ product, version }: Pick<SpecEntry, 'product' | 'version'>): string =>
  `${product}/${version}`;

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
