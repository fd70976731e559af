/** A migration guide as a program reads it. */
export interface Guide {
  readonly from: string;
  readonly to: string;
  /** One for each heading under "What breaks". */
  readonly blocks: readonly Block[];
}

export interface Block {
  readonly heading: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export const readGuide = (text: string): Guide => {
  const [, from = ''] = /^-import \{ createClient \} from '(.+)';$/m.exec(text) ?? [];
  const [, to = ''] = /^\+import \{ createClient \} from '(.+)';$/m.exec(text) ?? [];
  const blocks = text
    .split('\n### ')
    .slice(1)
    .map((part) => ({
      heading: part.split('\n')[0] ?? '',
      before: linesOf(part, 'before'),
      after: linesOf(part, 'after'),
    }));
  return { from, to, blocks };
};

const linesOf = (text: string, kind: string): string[] =>
  (new RegExp(`^\`\`\`ts ${kind}\\n([\\s\\S]*?)\\n\`\`\`$`, 'm').exec(text)?.[1] ?? '')
    .split('\n')
    .filter((line) => line !== '');

/** A program of these lines against one entry point: each block has a scope of its own. */
export const programOf = (
  entry: string,
  blocks: readonly (readonly string[])[],
): { readonly text: string; readonly lines: ReadonlyMap<number, string> } => {
  const text = [
    `import type * as api from '${entry}';`,
    'export type Client = ReturnType<typeof api.createClient>;',
  ];
  const lines = new Map<number, string>();
  blocks.forEach((block, index) => {
    text.push(`export function block${index}(): void {`);
    for (const line of block) {
      text.push(line);
      lines.set(text.length, line);
    }
    text.push('}');
  });
  return { text: `${text.join('\n')}\n`, lines };
};

/** The lines of the first blocks with every new name of a type or a method put in. */
export const renamed = ({ blocks }: Guide): readonly (readonly string[])[] => {
  const names = blocks.flatMap(({ after, before }) =>
    before.flatMap((line): [string, string][] => {
      const old = NAME.exec(line);
      const twin = after.find((other) => other.split(' =')[0] === line.split(' =')[0]);
      const fresh = old && twin ? NAME.exec(twin) : null;
      return old?.[1] && fresh?.[1] ? [[old[1], fresh[1]]] : [];
    }),
  );
  const known = new Map(names);
  return blocks.map(({ before }) =>
    before.map((line) =>
      NAME.test(line) ? '' : line.replace(/\bapi\.\w+/g, (name) => known.get(name) ?? name),
    ),
  );
};

// A line that is about a name only.
const NAME = /^(?:type T\d+ = |const c\d+ = \(client: Client\) => )((?:api|client)(?:\.\w+)+);$/;
