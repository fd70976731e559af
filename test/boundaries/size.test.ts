import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSpecs } from '../../tools/spec/registry.ts';

/* Budgets of docs/adr/0006, 0008, 0010 to 0012: lines of code by hand, without comments, blanks, tests and generated files. */

const ROOT = resolve(import.meta.dirname, '../..');

const filesBelow = (path: string): string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path)
        .filter((name) => !/^(?:generated|test|dist|node_modules)$/.test(name))
        .flatMap((name) => filesBelow(join(path, name)));

const linesOfCode = (path: string, without?: string): number =>
  filesBelow(join(ROOT, path))
    .filter((file) => without === undefined || !file.startsWith(join(ROOT, without, '/')))
    .filter((file) => /\.(?:ts|mustache)$/.test(file))
    .map((file) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''))
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

const versions = listSpecs();

describe('lines of code by hand', () => {
  it.each<{ path: string; most: number; without?: string }>([
    { path: 'packages/core/src', most: 5_000, without: 'packages/core/src/node' },
    { path: 'packages/core/src/node', most: 800 },
    { path: 'packages/sandbox/src', most: 1_800 },
    { path: 'tools/spec', most: 6_100 },
    { path: 'tools/templates', most: 300 },
  ])('of $path are at most $most', ({ path, most, without }) => {
    const lines = linesOfCode(path, without);
    expect(lines).toBeGreaterThan(10);
    expect(lines).toBeLessThanOrEqual(most);
  });

  it.each([...new Set(versions.map(({ product }) => product))])(
    'of the product %s beside its versions are at most 60',
    (product) => {
      const own = ['index.ts', 'product.ts'].map((file) => `packages/${product}/src/${file}`);
      expect(
        own.map((file) => linesOfCode(file)).reduce((sum, lines) => sum + lines),
      ).toBeLessThanOrEqual(60);
    },
  );

  it('of a version by hand are at most 25', () => {
    for (const { product, version } of versions) {
      const file = join('packages', product, 'src', version, 'index.ts');
      // An import is one line, wherever a longer scope breaks it.
      const text = readFileSync(join(ROOT, file), 'utf8').replace(/^import[^;]*/gm, 'import');
      expect(text.trimEnd().split('\n').length, file).toBeLessThanOrEqual(25);
    }
  });
});
