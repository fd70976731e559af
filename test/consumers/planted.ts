import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changed } from './context.ts';
import type { Context, Row } from './row.ts';
import { runRow, twoAtATime } from './run.ts';

/* Faults planted into packed packages: each must turn its row red, and for the right reason. */

interface Fault {
  readonly what: string;
  /** The row that has to find it. */
  readonly row: string;
  /** What the row then says. */
  readonly says: RegExp;
  readonly packageName: string;
  readonly file: string;
  readonly plant: (text: string) => string;
}

const instead =
  (from: string, to: string) =>
  (text: string): string => {
    assert.ok(text.includes(from), `the fault cannot be planted: '${from}' is gone`);
    return text.replace(from, () => to);
  };
const atEnd =
  (code: string) =>
  (text: string): string =>
    `${text}\n${code}\n`;

const FAULTS: readonly Fault[] = [
  {
    what: 'a timer of core keeps the process',
    row: 'node-24',
    says: /SIGKILL/,
    packageName: '@criteo-sdk/core',
    file: 'dist/index.js',
    plant: atEnd('setInterval(() => {}, 60_000);'),
  },
  {
    what: 'core waits at its top level, which require() cannot',
    row: 'node-20',
    says: /ERR_REQUIRE_ASYNC_MODULE/,
    packageName: '@criteo-sdk/core',
    file: 'dist/index.js',
    plant: atEnd('await 0;'),
  },
  {
    what: 'a declaration names a type that is not there',
    row: 'typescript-7 nodenext',
    says: /is refused: \S+core\/dist\/errors\.d\.ts:\d+ TS2304/,
    packageName: '@criteo-sdk/core',
    file: 'dist/errors.d.ts',
    plant: atEnd('export declare const planted: Missing;'),
  },
  {
    what: 'a parameter takes anything',
    row: 'typescript-7 bundler',
    says: /is taken: ts-wrong\.mts:10 TS2322/,
    packageName: '@criteo-sdk/retailmedia',
    file: 'dist/2026-07/generated/operations/account.d.ts',
    plant: (text) => text.replaceAll('pageSize?: number', 'pageSize?: any'),
  },
  {
    what: 'an entry point says that its types are elsewhere',
    row: 'publint',
    says: /types.*none\.d\.ts/,
    packageName: '@criteo-sdk/retailmedia',
    file: 'package.json',
    plant: instead('./dist/2026-07/index.d.ts', './dist/2026-07/none.d.ts'),
  },
  {
    what: 'a declaration imports without an extension',
    row: 'attw',
    says: /Internal resolution error/i,
    packageName: '@criteo-sdk/retailmedia',
    file: 'dist/index.d.ts',
    plant: instead('./product.js', './product'),
  },
  {
    what: 'core asks for a newer Node',
    row: 'engine-strict',
    says: /EBADENGINE/,
    packageName: '@criteo-sdk/core',
    file: 'package.json',
    plant: instead('>=20.19', '>=22.12'),
  },
  {
    what: 'a product imports what it does not depend on',
    row: 'pnpm',
    says: /ERR_MODULE_NOT_FOUND/,
    packageName: '@criteo-sdk/retailmedia',
    file: 'dist/index.js',
    plant: atEnd("import 'axios';"),
  },
  {
    what: 'errors are known by their class alone',
    row: 'two copies of core',
    says: /PermissionError: \[/,
    packageName: '@criteo-sdk/core',
    file: 'dist/errors.js',
    plant: instead('kind, Symbol.hasInstance', 'kind, Symbol()'),
  },
  {
    what: 'the transport of the web needs Node',
    row: 'browser, esbuild',
    says: /node:fs/,
    packageName: '@criteo-sdk/core',
    file: 'dist/transport-web.js',
    plant: atEnd("import 'node:fs';"),
  },
  {
    what: 'a product brings a follow-redirects with holes',
    row: 'axios-lowest',
    says: /follow-redirects 1\.15\.6 is installed/,
    packageName: '@criteo-sdk/retailmedia',
    file: 'package.json',
    plant: instead('"dependencies": {', '"dependencies": { "follow-redirects": "1.15.6",'),
  },
];

/** True if each was found. */
export const runPlanted = async (rows: readonly Row[], context: Context): Promise<boolean> => {
  const verdicts = await twoAtATime(FAULTS, (fault) => isFound(rows, context, fault));
  const found = verdicts.filter((verdict) => verdict).length;
  console.log(`${found} passed, ${FAULTS.length - found} failed`);
  return found === FAULTS.length;
};

const isFound = async (rows: readonly Row[], context: Context, fault: Fault): Promise<boolean> => {
  const row = rows.find(({ name }) => name === fault.row);
  assert.ok(row, `there is no row '${fault.row}'`);
  const { error = 'The row passed.' } = await runRow(row, await withFault(context, fault));
  const verdict = fault.says.test(error);
  console.log(`${verdict ? 'found' : 'NOT FOUND'}  ${fault.row}: ${fault.what}`);
  if (!verdict) console.log(error);
  return verdict;
};

const withFault = (context: Context, { row, packageName, file, plant }: Fault): Promise<Context> =>
  changed(context, `planted in ${row}`, {
    packageName,
    change: (folder) => {
      const path = join(folder, file);
      writeFileSync(path, plant(readFileSync(path, 'utf8')));
    },
  });
