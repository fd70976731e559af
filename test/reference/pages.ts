import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/scratch.ts';
import { REFERENCE } from '../../tools/spec/reference/reference.ts';
import type { Version } from '../wire/document.js';

/** The page of a class, as a reader takes it apart. */
export interface ClassPage {
  /** Below the root. */
  readonly path: string;
  readonly version: Version;
  readonly className: string;
  /** What each of its samples begins with. */
  readonly head: string;
  readonly sections: readonly Section[];
}

/** An operation on a page. */
export interface Section {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly samples: readonly string[];
  /** Cells by column, without backticks. */
  readonly parameters: readonly Readonly<Record<string, string>>[];
  /** What the list below says, by title. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Every page, by path below the root. */
export const allPages = (): ReadonlyMap<string, string> =>
  new Map(
    globSync(`${REFERENCE}/**/*.md`, { cwd: ROOT })
      .sort()
      .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
  );

export const classPages = (): ClassPage[] =>
  [...allPages()].flatMap(([path, text]) => {
    const [, version, className] = /\/(\w+\/[\w-]+)\/(\w+Api)\.md$/.exec(path) ?? [];
    return version && className ? [readPage(path, version as Version, className, text)] : [];
  });

const readPage = (path: string, version: Version, className: string, text: string): ClassPage => {
  const [before = '', ...sections] = text.split(/\n## Types\n/)[0]?.split(/^## /m) ?? [];
  const [head = ''] = fencesIn(before);
  return { path, version, className, head, sections: sections.map(readSection) };
};

const readSection = (text: string): Section => {
  const [, method = '', url = ''] = /^`([A-Z]+) (https:.*)`$/m.exec(text) ?? [];
  const facts = [...text.matchAll(/^- \*\*(.+?)\*\*: (.*)$/gm)];
  return {
    name: text.split('\n')[0] ?? '',
    method,
    url,
    samples: fencesIn(text),
    parameters: rowsIn(text),
    facts: Object.fromEntries(facts.map(([, title, fact]) => [title, fact])),
  };
};

const fencesIn = (text: string): string[] =>
  [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

const rowsIn = (text: string): Record<string, string>[] => {
  const [head, , ...rows] = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(/(?<!\\) \| /));
  return rows.map((cells) =>
    Object.fromEntries(
      cells.map((cell, at) => [head?.[at] ?? '', cell.replaceAll('`', '').trim()]),
    ),
  );
};
