import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allGuides } from '../../tools/spec/migrate/migrate.ts';
import { programOf, readGuide, renamed } from './guide.ts';

/*
 * Every migration guide is true: a program that uses each operation and type that it calls breaking
 * compiles with the old version, fails with the new one at exactly these lines, and compiles again
 * after the guide's edits.
 */

const ROOT = resolve(import.meta.dirname, '../..');
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
const FOLDER = mkdtempSync(join(ROOT, 'node_modules/.migrate-'));

const files = globSync('docs/migrate/*/*.md', { cwd: ROOT }).sort();
const guides = files.map((file) => {
  const guide = readGuide(readFileSync(join(ROOT, file), 'utf8'));
  const before = guide.blocks.map((block) => block.before);
  return {
    file,
    guide,
    programs: {
      old: programOf(guide.from, before),
      fresh: programOf(guide.to, before),
      renamed: programOf(guide.to, renamed(guide)),
      after: programOf(
        guide.to,
        guide.blocks.map((block) => block.after),
      ),
    },
  };
});

/** Lines with errors, by program: `0-old.ts`. */
const compileAll = (): Map<string, Map<number, string>> => {
  guides.forEach(({ programs }, index) => {
    for (const [name, { text }] of Object.entries(programs))
      writeFileSync(join(FOLDER, `${index}-${name}.ts`), text);
  });
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        rootDir: ROOT,
        composite: false,
        noUnusedLocals: false,
        skipLibCheck: true,
      },
      include: ['*.ts'],
    }),
  );
  const { stdout } = spawnSync(process.execPath, [COMPILER, '-p', FOLDER, '--pretty', 'false'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const found = new Map<string, Map<number, string>>();
  for (const [, file = '', line, text = ''] of stdout.matchAll(
    /^(?:.*\/)?([^/\n]+\.ts)\((\d+),\d+\): error (.*)$/gm,
  ))
    found.set(file, (found.get(file) ?? new Map<number, string>()).set(Number(line), text));
  const odd = stdout.split('\n').find((line) => line.startsWith('error '));
  if (odd) throw new Error(odd);
  return found;
};

const errors = compileAll();
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const errorsOf = (index: number, name: string): Map<number, string> =>
  errors.get(`${index}-${name}.ts`) ?? new Map();

describe.each(guides.map((guide, index) => ({ ...guide, index })))(
  '$file',
  ({ guide, index, programs }) => {
    it('is what the two versions say today', () => {
      const [, product, name] = /migrate\/(.+)\/(.+)$/.exec(files[index] ?? '') ?? [];
      expect(EXPECTED.get(`docs/migrate/${product}/${name}`)).toBe(
        readFileSync(join(ROOT, files[index] ?? ''), 'utf8'),
      );
    });

    it('uses what breaks as the old version has it', () => {
      expect(Object.fromEntries(errorsOf(index, 'old'))).toEqual({});
    });

    it('fails with the new version at exactly the lines that it lists', () => {
      const failed = errorsOf(index, 'fresh');
      const { lines } = programs.fresh;
      expect([...lines].filter(([line]) => !failed.has(line)).map(([, text]) => text)).toEqual([]);
      expect([...failed].filter(([line]) => !lines.has(line))).toEqual([]);
    });

    it('lists no line that fails for the new name of a type alone', () => {
      const failed = errorsOf(index, 'renamed');
      const silent = [...programs.renamed.lines].filter(
        ([line, text]) => text !== '' && !failed.has(line),
      );
      expect(silent.map(([, text]) => text)).toEqual([]);
    });

    it('compiles after its edits', () => {
      expect(Object.fromEntries(errorsOf(index, 'after'))).toEqual({});
    });

    it('has code for each heading', () => {
      for (const { before, heading } of guide.blocks)
        expect(before.length, heading).toBeGreaterThan(0);
    });
  },
);

const EXPECTED = new Map(allGuides(ROOT));

describe('the guides', () => {
  it('are those of every pair of stable versions of a product', () => {
    expect(files).toEqual([...EXPECTED.keys()].sort());
    expect(files.length).toBeGreaterThanOrEqual(7);
  });

  it('would not pass with a line that the new version takes', () => {
    const line = 'const c1 = (client: Client) => client.oAuth;';
    const { lines } = programOf('@criteo-sdk/retailmedia/2026-07', [[line]]);
    expect([...lines.values()]).toEqual([line]);
    expect(readGuide('\n### `x`\n\n```ts before\nconst c1 = 1;\n```\n').blocks[0]?.before).toEqual([
      'const c1 = 1;',
    ]);
  });
});
