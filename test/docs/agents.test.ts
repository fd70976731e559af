import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/scratch.ts';
import { listSpecs, specName } from '../../tools/spec/registry.ts';
import { compile, writeProject } from '../types/compiler.ts';
import { fences, PACKAGES, read } from './pages.ts';

/*
 * AGENTS.md of each package: what a coding agent is told is short, and true of what is installed.
 */

const pages = PACKAGES.map((name) => ({ name, text: read(`packages/${name}/AGENTS.md`) }));
const programs = pages.flatMap(({ name, text }) =>
  fences(text).map((code, index): [string, string] => [`${name}-${index}.ts`, code]),
);
const planted = (programs[0]?.[1] ?? '')
  .replace('new', 'news')
  .replace(/\bconsole\.log/, 'console.tell');

const folder = mkdtempSync(join(tmpdir(), 'criteo-agents-'));
writeProject(folder, [...programs, ['planted.ts', planted]]);
const found = compile(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const textOf = (pattern: string): string =>
  globSync(pattern, { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n');

const wordsOf = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

/** Words in code marks that stand for something in a program: no paths, versions, values and places. */
const namesIn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code.replace(/'[^']*'|<\w+>/g, ' '))
    .filter((code) => !/\/|^v?\d/.test(code))
    .flatMap(wordsOf);

// Words of the language, and what a page of core or of the sandbox says of a product.
const ELSEWHERE = ['await', 'client', 'createClient', 'instanceof'];

/** Names that no declaration of the package, of core or of the sandbox has; types must be exported. */
const unknownIn = (text: string, name: string): string[] => {
  const declarations = textOf(`packages/{${name},core,sandbox}/dist/**/*.d.ts`);
  const declared = new Set(wordsOf(declarations.replace(/\/\*[\s\S]*?\*\//g, '')));
  const files = [name, `${name}-*`, 'core', 'core-*', 'sandbox'].join(',');
  const exported = new Set(wordsOf(textOf(`test/boundaries/names/{${files}}.txt`)));
  return namesIn(text)
    .filter((word) => !ELSEWHERE.includes(word))
    .filter((word) => !(/^[A-Z]/.test(word) ? exported : declared).has(word));
};

describe.each(pages)('AGENTS.md of $name', ({ name, text }) => {
  it('has 25 to 40 lines', () => {
    const lines = text.trimEnd().split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(25);
    expect(lines).toBeLessThanOrEqual(40);
  });

  it('says that it is independent, and has code that compiles', () => {
    expect(text).toContain('independent, not affiliated');
    expect(programs.filter(([file]) => file.startsWith(`${name}-`))).not.toEqual([]);
    expect(found.filter((one) => one.startsWith(`${name}-`))).toEqual([]);
  });

  it('names only what there is', () => {
    expect(namesIn(text).length).toBeGreaterThan(20);
    expect(unknownIn(text, name)).toEqual([]);
  });

  it('names every version of its package', () => {
    const own = listSpecs().filter(({ product }) => product === name);
    for (const { version } of own) expect(text).toContain(`\`${version}\``);
    if (name === 'sandbox')
      for (const entry of listSpecs()) expect(text).toContain(`\`${specName(entry)}\``);
  });
});

describe('what is wrong in a page is found', () => {
  it('code that does not compile', () =>
    expect(found.filter((one) => one.startsWith('planted.ts:'))).not.toEqual([]));

  it('a function, and a type, that are not there', () =>
    expect(unknownIn('`paginateAll(client)` and `Paginator`', 'retailmedia')).toEqual([
      'paginateAll',
      'Paginator',
    ]));
});
