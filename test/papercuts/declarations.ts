import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/*
 * The declarations of the built packages, as an editor reads them.
 */

/** A declaration, or a member of an interface: `getAccounts`, `AccountApi.getAccounts`. */
export interface Declared {
  readonly name: string;
  /** The comment in front of it. */
  readonly doc: string;
  readonly node: object;
  /** Its source. */
  readonly text: string;
}

/** What the generated files of a version declare. */
export const declaredIn = (version: string): readonly Declared[] => {
  const [product = '', name = ''] = version.split('/');
  const folder = resolve(import.meta.dirname, '../../packages', product, 'dist', name, 'generated');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => readDeclared(file, readFileSync(join(folder, file), 'utf8')));
};

export const readDeclared = (file: string, source: string): readonly Declared[] => {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const docBefore = (start: number): string =>
    comments.findLast(({ end }) => end <= start && source.slice(end, start).trim() === '')?.value ??
    '';
  const declared = (name: string, at: Node, node: Node): Declared => ({
    name,
    doc: docBefore(at.start),
    node,
    text: source.slice(node.start, node.end),
  });
  return (program.body as unknown as Node[]).flatMap((statement) => {
    const { declaration } = statement;
    if (!declaration) return [];
    const named = [declaration, ...(declaration.declarations ?? [])].find(({ id }) => id);
    const name = named?.id?.name ?? '';
    const members =
      declaration.type === 'TSInterfaceDeclaration' ? (declaration.body?.body ?? []) : [];
    return [
      declared(name, statement, declaration),
      ...members.map((member) =>
        declared(`${name}.${member.key?.name ?? member.key?.value}`, member, member),
      ),
    ];
  });
};

/** The declarations that these lead to, themselves among them. */
export const reachableFrom = (
  roots: readonly string[],
  all: readonly Declared[],
): ReadonlySet<string> => {
  const texts = new Map(all.map(({ name, text }) => [name, text]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    const text = texts.get(name);
    if (text === undefined || found.has(name)) return;
    found.add(name);
    typesNamedIn(text).forEach(visit);
  };
  roots.forEach(visit);
  return found;
};

/** The names in a declaration that may be types. */
export const typesNamedIn = (text: string): readonly string[] =>
  text.replace(/'[^']*'|"[^"]*"/g, '').match(/\b[A-Z]\w*/g) ?? [];

/** A union of literals: closed, open with its completions, or with a plain `string` that takes them away. */
export type EnumKind = 'bare' | 'closed' | 'open';

/** The enums of a declaration. */
export const enumsIn = (node: unknown): readonly EnumKind[] => {
  if (typeof node !== 'object' || node === null) return [];
  if (isNode(node, 'TSUnionType')) {
    const members = node.types ?? [];
    const others = members.filter((member) => !isLiteral(member));
    const kind = others.some(({ type }) => type === 'TSStringKeyword')
      ? 'bare'
      : others.some(isOpenEnd)
        ? 'open'
        : 'closed';
    return [...(members.some(isLiteral) ? ([kind] as const) : []), ...others.flatMap(enumsIn)];
  }
  if (isLiteral(node)) return ['closed'];
  return Object.values(node).flatMap(enumsIn);
};

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name: string };
  readonly key?: { readonly name?: string; readonly value?: string };
  readonly types?: readonly Node[];
  readonly literal?: { readonly value: unknown };
  readonly typeAnnotation?: Node;
  readonly declaration?: Node;
  readonly declarations?: readonly Node[];
  readonly body?: { readonly body: readonly Node[] };
}

const isNode = (node: object, type: string): node is Node => 'type' in node && node.type === type;

const isLiteral = (node: object): boolean =>
  isNode(node, 'TSLiteralType') && typeof node.literal?.value === 'string';

// `string & {}`, in its parentheses.
const isOpenEnd = (node: Node): boolean =>
  node.type === 'TSParenthesizedType'
    ? node.typeAnnotation !== undefined && isOpenEnd(node.typeAnnotation)
    : node.type === 'TSIntersectionType' && node.types?.[0]?.type === 'TSStringKeyword';
