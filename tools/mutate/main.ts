import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOWEST_SCORE, type MutationReport, verdictOf, writeReport } from './report.ts';

/*
 * npm run mutate: changes the source of core in thousands of small ways, one at a time; for each some
 * test must fail. A full run takes about an hour on two cores and writes docs/mutation.md.
 *   token-state.ts 'rate-*.ts'   these files of packages/core/src only
 *   --again                      keeps what earlier runs here found for unchanged code and tests
 */

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(import.meta.dirname, 'reports');
const STRYKER = join(import.meta.dirname, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const MEASURED = ['packages/core/src', 'packages/core/test', 'tools/mutate'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { again: { type: 'boolean', default: false } },
});

const git = (...args: readonly string[]): string =>
  spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout.trim();

/** Two parts with tests of their own: what is Node's alone is judged by slow tests, which would hold up the rest. */
const PARTS = [
  { name: 'general', mutate: ['packages/core/src/**/*.ts', '!packages/core/src/node/**'] },
  { name: 'node', mutate: ['packages/core/src/node/**/*.ts'] },
];

const isIn = (part: string, file: string): boolean =>
  (part === 'node') === file.startsWith('node/');

const run = (part: (typeof PARTS)[number], files: readonly string[]): MutationReport => {
  const json = join(FOLDER, 'mutation.json');
  const known = join(FOLDER, `${part.name}.json`);
  rmSync(json, { force: true });
  if (!values.again) rmSync(known, { force: true });
  const chosen = files.map((file) => `packages/core/src/${file}`);
  const only = (chosen.length > 0 ? chosen : part.mutate).join(',');
  const config = 'tools/mutate/stryker.config.json';
  spawnSync(
    process.execPath,
    [STRYKER, 'run', config, '--incremental', '--incrementalFile', known, '--mutate', only],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, MUTATE_PART: part.name } },
  );
  if (existsSync(json)) return JSON.parse(readFileSync(json, 'utf8')) as MutationReport;
  throw new Error('The mutation tester wrote no report; its reason is above.');
};

/** All parts, or those of the chosen files. */
const mutate = (files: readonly string[]): MutationReport => {
  mkdirSync(FOLDER, { recursive: true });
  const reports = PARTS.flatMap((part) => {
    const chosen = files.filter((file) => isIn(part.name, file));
    return files.length > 0 && chosen.length === 0 ? [] : [run(part, chosen)];
  });
  return { files: Object.assign({}, ...reports.map((report) => report.files)) };
};

// What is measured must be what the commit holds.
const changed = git('status', '--porcelain', ...MEASURED);
const commit = git('rev-parse', '--short', 'HEAD');
const report = mutate(positionals);
const { faults, score } = verdictOf(report);
const isWhole = positionals.length === 0;
if (isWhole && changed === '')
  writeFileSync(join(ROOT, 'docs/mutation.md'), writeReport(report, commit));
else if (isWhole) console.log(`docs/mutation.md is not written: commit these first.\n${changed}`);
for (const fault of faults) console.log(fault);
console.log(`mutation score ${score.toFixed(1)} % (at least ${LOWEST_SCORE} %)`);
process.exitCode = faults.length === 0 ? 0 : 1;
