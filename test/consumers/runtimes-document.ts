import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/scratch.ts';
import type { Result } from './run.ts';

const DOCUMENT = join(ROOT, 'docs/runtimes.md');
const TABLE = /(?<=<!-- what ran -->\n)[\s\S]*?(?=<!-- end -->)/;
const BETWEEN = ' · ';

/** Puts the table of a run into the document; consumers with which the same was done share a line. */
export const writeDocument = (results: readonly Result[]): void => {
  const lines = [...new Set(results.map(({ ran }) => ran))].map((ran) => {
    const same = results.filter((result) => result.ran === ran);
    const versions = new Set(same.map(({ version }) => version));
    const names = same.map(({ name }) => name);
    return `| ${names.join(BETWEEN)} | ${[...versions].join(BETWEEN)} | ${ran} |\n`;
  });
  const table = ['| consumer | version | what ran |\n', '|---|---|---|\n', ...lines].join('');
  writeFileSync(
    DOCUMENT,
    readFileSync(DOCUMENT, 'utf8').replace(TABLE, () => table),
  );
};

/** Consumers that the document's table does not name. */
export const missingInDocument = (names: readonly string[]): string[] => {
  const [table = ''] = TABLE.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  const named = table
    .split('\n')
    .flatMap((line) => (line.split(' | ')[0] ?? '').slice(2).split(BETWEEN));
  return names.filter((name) => !named.includes(name));
};
