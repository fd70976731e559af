import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyWorkspace, run, withFolder } from '../scratch.ts';

/*
 * The packages as they are published. They are built and packed in a copy of the project with modes of
 * its own, so that nothing gets in that lies about, and one commit gives the same bytes on any machine.
 */

export interface Tarball {
  /** As on npm, with the scope. */
  readonly name: string;
  readonly version: string;
  /** Where it lies. */
  readonly file: string;
  /** Paths in the package. */
  readonly files: readonly string[];
}

/** Folders of the published packages of a project. */
export const packageFolders = (root: string): string[] =>
  readdirSync(join(root, 'packages'))
    .sort()
    .map((name) => join(root, 'packages', name));

/** The scope of our packages on npm. */
export const scopeOf = (root: string): string => {
  const text = readFileSync(join(root, 'packages/core/package.json'), 'utf8');
  const { name } = JSON.parse(text) as { readonly name: string };
  return name.split('/')[0] ?? '';
};

/** Packs every package of this project into a folder. */
export const packAll = (target: string): Tarball[] => {
  mkdirSync(target, { recursive: true });
  return withBuiltCopy((copy) =>
    packageFolders(copy).map((folder) => {
      const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', target];
      const [{ filename, files }] = JSON.parse(run('npm', args, folder)) as [Packed];
      const { name, version } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      ) as Tarball;
      const paths = files.map(({ path }) => path).sort();
      return { name, version, file: join(target, filename), files: paths };
    }),
  );
};

/** Works in a copy of the project with its packages built, as a release does. */
export const withBuiltCopy = <T>(work: (copy: string) => T): T => {
  // npm packs a file's mode as it is, and it comes from the umask.
  const umask = process.umask(0o022);
  try {
    return withFolder((copy) => {
      copyWorkspace(copy);
      run('npx', ['--no-install', 'tsc', '-b', ...packageFolders(copy)], copy);
      for (const folder of packageFolders(copy)) addReference(copy, folder);
      return work(copy);
    });
  } finally {
    process.umask(umask);
  }
};

/** The pages of a product stand with those of all others; its package has its own. */
const addReference = (copy: string, folder: string): void => {
  const pages = join(copy, 'docs/reference', basename(folder));
  if (existsSync(pages)) cpSync(pages, join(folder, 'reference'), { recursive: true });
};

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
