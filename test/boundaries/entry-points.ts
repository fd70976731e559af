import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { namesOf } from '../../tools/spec/generate/names.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What can be imported: `@criteo-sdk/retailmedia/2026-07` and the file of its declarations. */
export interface EntryPoint {
  readonly name: string;
  readonly file: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, { readonly types: string } | string>;
}

export const entryPoints: readonly EntryPoint[] = readdirSync(join(ROOT, 'packages')).flatMap(
  (folder) => {
    const { name, exports } = JSON.parse(
      readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'),
    ) as Manifest;
    return Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'string'
        ? []
        : [{ name: name + subpath.slice(1), file: join(ROOT, 'packages', folder, target.types) }],
    );
  },
);

/** The public names of an entry point, types included, as they are emitted. */
export const publicNames = ({ file }: EntryPoint): readonly string[] => namesOf(file, resolveFrom);

const resolveFrom = (file: string, specifier: string): string => {
  const target = specifier.startsWith('.')
    ? resolve(dirname(file), specifier.replace(/\.js$/, '.d.ts'))
    : entryPoints.find(({ name }) => name === specifier)?.file;
  if (target === undefined || !existsSync(target))
    throw new Error(`${file} exports from ${specifier}, which was not found`);
  return target;
};
