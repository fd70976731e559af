import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

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

/** The names that a module exports, types included, sorted; `find` gives the file of what it exports from. */
export const namesOf = (
  file: string,
  find: (from: string, specifier: string) => string,
): string[] => {
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  const names = (program.body as unknown as Node[]).flatMap((node) => {
    if (node.type === 'ExportAllDeclaration')
      return node.exported
        ? [node.exported.name]
        : namesOf(find(file, node.source?.value ?? ''), find);
    if (node.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = node;
    const declared = declaration?.id
      ? [declaration.id.name]
      : (declaration?.declarations ?? []).map(({ id }) => id.name);
    return [...declared, ...(node.specifiers ?? []).map(({ exported }) => exported.name)];
  });
  return [...new Set(names)].sort();
};

/** A snapshot of these names. */
export const snapshotOf = (names: readonly string[]): string => `${names.join('\n')}\n`;
