import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSpecs, ROOT, specName } from '../../tools/spec/registry.ts';
import { lifeSentence } from '../../tools/spec/status.ts';
import {
  importPath,
  isUnstable,
  lifeOf,
  productOf,
  readVendor,
  stageOf,
} from '../../tools/spec/vendor.ts';
import { read } from './pages.ts';

/*
 * What is written by hand about a version's life, and what stands in specs/<vendor>.yaml.
 */

const vendor = readVendor();
const indexOf = (name: string): string => `packages/${name.replace('/', '/src/')}/index.ts`;
const versions = listSpecs()
  .map((entry) => ({ name: specName(entry), product: entry.product, version: entry.version }))
  .filter(({ name }) => existsSync(join(ROOT, indexOf(name))));

const products = [...new Set(versions.map(({ product }) => product))];

/** The doc comment above `createClient`, on one line. */
const docOf = (code: string): string =>
  (/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const createClient\b/.exec(code)?.[1] ?? '')
    .replace(/\s+\*\s/g, ' ')
    .trim();

// The text was right when it was written: whether a date has passed is no fault of it.
const timeless = (text: string): string => text.replace(/\bEnded (?=on|in)/, 'Ends ');

const saysLife = (code: string, name: (typeof versions)[number]): boolean =>
  timeless(docOf(code)).includes(timeless(lifeSentence(vendor, name, '2026-11-22')));

/** The rows of a page's table of versions: its cells, without code marks. */
const rowsOf = (text: string): string[][] => {
  const table = text.split('| version | deprecated from | ends | successor |\n')[1] ?? '';
  const [, ...rows] = (table.split('\n\n')[0] ?? '').split('\n');
  return rows.map((row) =>
    row
      .replaceAll('`', '')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

const rowOf = (name: (typeof versions)[number]): string[] => {
  const { deprecatedFrom = '-', endsOn = '-', successor } = lifeOf(vendor, name);
  const mark = isUnstable(stageOf(vendor, name.version)) ? ', without a promise of semver' : '';
  return [
    `${name.version}${mark}`,
    deprecatedFrom,
    endsOn,
    successor ? importPath(vendor, successor) : '-',
  ];
};

/** Versions and their ends in the README's table of packages. */
const endsIn = (text: string): string[] =>
  [...text.matchAll(/^\|.*`@[\w-]+\/([\w-]+)`.*$/gm)]
    .flatMap(([row, product]) =>
      [...row.matchAll(/`\/([^`]+)` ([\d-]+)/g)].map(
        ([, version, end]) => `${product}/${version} ${end}`,
      ),
    )
    .sort();

describe('the life of a version is told as the vendor file has it', () => {
  it.each(versions)("in the docstring of $name's createClient", (name) => {
    const code = read(indexOf(name.name));
    expect(docOf(code)).not.toBe('');
    expect(saysLife(code, name), lifeSentence(vendor, name, '2026-11-22')).toBe(true);
    const { endsOn } = lifeOf(vendor, name);
    if (endsOn) expect(saysLife(code.replace(endsOn, '1999-01-01'), name)).toBe(false);
  });

  it.each(versions)('in the client of $name, by its generated life', ({ name }) => {
    expect(read(indexOf(name))).toMatch(/^ {2}life,$/m);
    expect(read(indexOf(name))).toContain("import { life } from './generated/life.js';");
  });

  it.each(
    products.flatMap((product) => ['README.md', 'AGENTS.md'].map((page) => ({ page, product }))),
  )('in $page of $product', ({ page, product }) => {
    const text = read(`packages/${product}/${page}`);
    const own = versions.filter((one) => one.product === product);
    const expected = own.map(rowOf);
    expect(rowsOf(text)).toEqual(expected);
    const stages = own.map(({ version }) => stageOf(vendor, version));
    if (stages.some(isUnstable)) expect(text).toContain('no promise of semver');
    expect(rowsOf(text.replaceAll(/\d{4}-\d{2}/g, '1999-01'))).not.toEqual(expected);
  });

  it('in the README of the project, by its end', () => {
    const expected = versions
      .map((one) => `${one.name} ${lifeOf(vendor, one).endsOn ?? '-'}`)
      .sort();
    expect(endsIn(read('README.md'))).toEqual(expected);
    expect(endsIn(read('README.md').replace(/`\/\d[^,|]*,/, ''))).not.toEqual(expected);
  });

  it('in docs/facts.md, date by date', () => {
    const facts = read('docs/facts.md');
    const dates = Object.values(vendor.products).flatMap(({ versions: lives }) =>
      Object.values(lives).flatMap(({ deprecatedFrom, endsOn, stable }) =>
        [deprecatedFrom, endsOn, stable].filter((date) => date !== undefined),
      ),
    );
    expect(dates.length).toBeGreaterThan(10);
    for (const date of dates) expect(facts).toContain(`| ${date} |`);
  });
});

describe('a product is described as the vendor file has it', () => {
  it.each(products)('in product.ts of %s', (product) => {
    const { origin, prefix } = productOf(vendor, product);
    const code = read(`packages/${product}/src/product.ts`);
    expect(code).toContain(`name: '${product}',`);
    expect(code).toContain(`origin: '${origin}',`);
    expect(code).toContain(`prefix: '${prefix}',`);
  });

  it.each(versions)('in the life of a token of $name', ({ name, product }) => {
    const written = /defaultLifetimeMs: ([\d_]+),/.exec(read(indexOf(name)))?.[1];
    expect(Number(written?.replaceAll('_', ''))).toBe(productOf(vendor, product).defaultLifetimeMs);
  });
});
