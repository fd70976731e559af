import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run, withFolder } from '../../tools/scratch.ts';
import { read } from './pages.ts';
import {
  FACTS,
  faultsOf,
  faultsOfSection,
  faultsOfTests,
  PAGE,
  SECTIONS,
  testsOf,
} from './published-pages.ts';

const page = read(PAGE);

describe('the published pages, point by point', () => {
  it('are met in every column, and each place has the text that is quoted of it', () => {
    expect(faultsOf(page)).toEqual([]);
  });

  it('have a row for each fact of the three documents: 20, 21 and 29', () => {
    expect([...FACTS.values()].map((facts) => facts.length)).toEqual([20, 21, 29]);
  });

  it.each(SECTIONS)('would miss any row of %s that is taken away', (section) => {
    const texts = page.split(/^(?=## )/m);
    const own = texts.find((text) => text.startsWith(`## ${section}`)) ?? '';
    const rows = own.split('\n').filter((line) => line.includes(']['));
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      const [fact = ''] = row.slice(2).split(/; | \| /);
      const isDeclared = FACTS.get(section)?.includes(fact);
      const faults = faultsOfSection(page.replace(own, own.replace(`${row}\n`, '')), section);
      expect(faults.join('\n')).toContain(isDeclared ? `no row: ${fact}` : `${section} has`);
    }
  });

  const [row = ''] = page.split('\n').filter((line) => line.includes('][samples]'));
  const cells = row.split(' | ');

  it.each([
    ['an empty cell', row.replace(cells[3] ?? '', ''), 'has an empty cell'],
    ['a dash for a cell', row.replace(cells[3] ?? '', '-'), 'has an empty cell'],
    ['a cell too few', row.replace(` | ${cells[3]}`, ''), 'has not six cells'],
    ['no test', row.replace(cells.at(-1) ?? '', 'by hand |'), 'has no test'],
    ['a link that quotes nothing', row.replace(cells[3] ?? '', '[code][v1-op]'), 'is no quote'],
    ['a text that is gone', row.replace(cells[1] ?? '', '[`gone`][v1-op]'), ': gone'],
    ['a file that is gone', row.replace(cells[1] ?? '', '[`path`][v9-op]'), 'nowhere'],
    ['a row that is there twice', `${row}\n${row}`, 'two rows'],
  ])('would show %s', (_what, wrong, fault) => {
    expect(faultsOf(page.replace(row, wrong)).join('\n')).toContain(fault);
  });
});

describe('the tests that the page names', () => {
  const titles = new Map<string, string[]>();

  beforeAll(() => {
    const files = [...new Set(testsOf(page).map(({ file }) => file))];
    for (const { name, file } of listTests(files)) {
      const path = files.find((one) => file.replaceAll('\\', '/').endsWith(`/${one}`));
      if (path) titles.set(path, [...(titles.get(path) ?? []), name]);
    }
  }, 120_000);

  it('are there, by their titles as vitest knows them', () => {
    expect(faultsOfTests(page, titles)).toEqual([]);
  });

  it('would be missed', () => {
    const [first = ''] = page.match(/(?<=\[`)[^`]+(?=`\]\[samples\])/) ?? [];
    const wrong = page.replaceAll(first, 'is not there');
    expect(faultsOfTests(wrong, titles)).toContain(
      'not in test/samples/samples.test.ts: is not there',
    );
  });
});

/** Titles with their cases filled in, which takes the files being loaded, but no test being run. */
const listTests = (files: readonly string[]): { name: string; file: string }[] =>
  withFolder((folder) => {
    const list = join(folder, 'tests.json');
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const { VITEST: _, ...env } = process.env;
    const args = [vitest, 'list', '--no-static-parse', `--json=${list}`, ...files];
    run(process.execPath, args, ROOT, env);
    return JSON.parse(readFileSync(list, 'utf8')) as { name: string; file: string }[];
  });
