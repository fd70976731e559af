import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/* Budgets of docs/adr/0006: lines of code by hand, without comments, blanks, tests and generated files. */

const ROOT = resolve(import.meta.dirname, '../..');

const filesBelow = (path: string): string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path)
        .filter((name) => !/^(?:generated|test|dist|node_modules)$/.test(name))
        .flatMap((name) => filesBelow(join(path, name)));

const linesOfCode = (path: string): number =>
  filesBelow(join(ROOT, path))
    .filter((file) => /\.(?:ts|mustache)$/.test(file))
    .map((file) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''))
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

describe('lines of code by hand', () => {
  it.each([
    ['packages/core/src', 3_500],
    ['packages/sandbox/src', 1_800],
    ['tools/spec', 3_500],
    ['tools/templates', 300],
    ['packages/marketing/src', 60],
    ['packages/marketingsolutions/src', 60],
    ['packages/retailmedia/src', 60],
  ])('of %s are at most %i', (path, most) => {
    const lines = linesOfCode(path);
    expect(lines).toBeGreaterThan(10);
    expect(lines).toBeLessThanOrEqual(most);
  });

  it('of a version by hand are at most 25', () => {
    for (const file of [
      'marketing/src/v1',
      'marketingsolutions/src/2020-10',
      'retailmedia/src/2022-10',
    ]) {
      const text = readFileSync(join(ROOT, 'packages', file, 'index.ts'), 'utf8');
      expect(text.trimEnd().split('\n').length, file).toBeLessThanOrEqual(25);
    }
  });
});
