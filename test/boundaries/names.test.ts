import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

/*
 * The public names of each entry point, types included, as they are emitted. A change of this
 * snapshot is a change for users: a name that goes is a break. Update it with: npx vitest run -u
 */

const ROOT = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, { readonly types: string } | string>;
}

interface Node {
  readonly type: string;
  readonly source?: { readonly value: string } | null;
  readonly exported?: { readonly name: string } | null;
  readonly declaration?: {
    readonly id?: { readonly name: string };
    readonly declarations?: readonly { readonly id: { readonly name: string } }[];
  } | null;
  readonly specifiers?: readonly { readonly exported: { readonly name: string } }[];
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

const namesOf = (file: string): string[] => {
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  const names = (program.body as unknown as Node[]).flatMap((node) => {
    if (node.type === 'ExportAllDeclaration')
      return node.exported
        ? [node.exported.name]
        : namesOf(resolveFrom(file, node.source?.value ?? ''));
    if (node.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = node;
    const declared = declaration?.id
      ? [declaration.id.name]
      : (declaration?.declarations ?? []).map(({ id }) => id.name);
    return [...declared, ...(node.specifiers ?? []).map(({ exported }) => exported.name)];
  });
  return [...new Set(names)].sort();
};

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
    const names = namesOf(file);
    expect(names.length).toBeGreaterThan(2);
    await expect(`${names.join('\n')}\n`).toMatchFileSnapshot(
      `names/${name.replace('@criteo-sdk/', '').replace('/', '-')}.txt`,
    );
  });
});
