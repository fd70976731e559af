import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesOf, snapshotOf } from '../../tools/spec/generate/names.ts';

/*
 * The public names of each entry point, types included, as they are emitted. A change of this
 * snapshot is a change for users: a name that goes is a break. Update it with: npx vitest run -u
 */

const ROOT = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, { readonly types: string } | string>;
}

const entryPoints = readdirSync(join(ROOT, 'packages')).flatMap((folder) => {
  const { name, exports } = JSON.parse(
    readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'),
  ) as Manifest;
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [{ name: name + subpath.slice(1), file: join(ROOT, 'packages', folder, target.types) }],
  );
});

const resolveFrom = (file: string, specifier: string): string => {
  const target = specifier.startsWith('.')
    ? resolve(dirname(file), specifier.replace(/\.js$/, '.d.ts'))
    : entryPoints.find(({ name }) => name === specifier)?.file;
  if (target === undefined || !existsSync(target))
    throw new Error(`${file} exports from ${specifier}, which was not found`);
  return target;
};

describe('public names', () => {
  it.each(entryPoints)('of $name', async ({ name, file }) => {
    const names = namesOf(file, resolveFrom);
    expect(names.length).toBeGreaterThan(2);
    await expect(snapshotOf(names)).toMatchFileSnapshot(
      `names/${name.replace('@criteo-sdk/', '').replace('/', '-')}.txt`,
    );
  });
});
