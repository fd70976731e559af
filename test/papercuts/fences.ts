import { parseSync } from 'oxc-parser';

/** A piece of code in a document. */
export interface Fence {
  /** `README-md-19.ts`: the document and the line. */
  readonly file: string;
  readonly code: string;
  /** What is declared for it, in one line, so that it can be compiled. */
  readonly prelude: string;
}

/** The TypeScript and JavaScript in a document, whatever a fragment leaves out declared in front of it. */
export const fencesOf = (document: string, markdown: string): readonly Fence[] => {
  const version = /@criteo-sdk\/(\w+\/[\w-]+)'/.exec(markdown)?.[1] ?? 'retailmedia/2026-07';
  return [...markdown.matchAll(FENCE)].map(({ index, 1: code = '' }) => {
    const line = markdown.slice(0, index).split('\n').length;
    const file = `${document.replace(/\W+/g, '-')}-${line}.ts`;
    return { file, code, prelude: preludeOf(file, code, version) };
  });
};

const FENCE = /^ *```(?:ts|typescript|mts|js|javascript|mjs)\b[^\n]*\n(.*?)^ *```/gms;

/** All that a fragment may take for granted: a reader knows them from the text around it. */
const PRELUDE: Readonly<Record<string, string>> = {
  client: `ReturnType<typeof import('@criteo-sdk/VERSION').createClient>`,
  createClient: `typeof import('@criteo-sdk/VERSION').createClient`,
  sandbox: `import('@criteo-sdk/sandbox').Sandbox`,
  signal: 'AbortSignal',
  clientId: 'string',
  clientSecret: 'string',
  redirectUri: 'string',
};

const preludeOf = (file: string, code: string, version: string): string => {
  const declared = namesDeclaredIn(file, code);
  const bare = code.replace(/'[^'\n]*'|\/\/.*$/gm, '');
  return Object.entries(PRELUDE)
    .filter(([name]) => !declared.has(name) && new RegExp(`(?<![.\\w])${name}\\b(?!:)`).test(bare))
    .map(([name, type]) => `declare const ${name}: ${type.replace('VERSION', version)};`)
    .join(' ');
};

/** Names at the top level of a module: imports, and what it declares itself. */
const namesDeclaredIn = (file: string, code: string): ReadonlySet<string> => {
  const { program } = parseSync(file, code);
  return new Set((program.body as unknown as Node[]).flatMap(namesOf));
};

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly specifiers?: readonly { readonly local: Node }[];
  readonly declarations?: readonly { readonly id: Node }[];
  readonly declaration?: Node | null;
  readonly id?: Node;
  readonly properties?: readonly Node[];
  readonly elements?: readonly (Node | null)[];
  readonly value?: Node;
  readonly left?: Node;
  readonly argument?: Node;
}

const namesOf = (node: Node | null): readonly string[] => {
  if (node?.type === 'Identifier') return [node.name ?? ''];
  if (node === null) return [];
  return [
    ...(node.specifiers ?? []).flatMap(({ local }) => namesOf(local)),
    ...(node.declarations ?? []).flatMap(({ id }) => namesOf(id)),
    ...(node.properties ?? []).flatMap(namesOf),
    ...(node.elements ?? []).flatMap(namesOf),
    ...[node.declaration, node.id, node.value, node.left, node.argument].flatMap((one) =>
      namesOf(one ?? null),
    ),
  ];
};
