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

const mutate = (files: readonly string[], isAgain: boolean): MutationReport => {
  const json = join(FOLDER, 'mutation.json');
  rmSync(json, { force: true });
  // Two runs at once would read each other's sandbox.
  rmSync(join(FOLDER, 'sandbox'), { recursive: true, force: true });
  if (!isAgain) rmSync(join(FOLDER, 'incremental.json'), { force: true });
  mkdirSync(FOLDER, { recursive: true });
  const chosen = files.map((file) => `packages/core/src/${file}`).join(',');
  const args = [STRYKER, 'run', 'tools/mutate/stryker.config.json', '--incremental'];
  const only = chosen ? ['--mutate', chosen] : [];
  spawnSync(process.execPath, [...args, ...only], { cwd: ROOT, stdio: 'inherit' });
  if (!existsSync(json))
    throw new Error('The mutation tester wrote no report; its reason is above.');
  return JSON.parse(readFileSync(json, 'utf8')) as MutationReport;
};

// What is measured must be what the commit holds.
const changed = git('status', '--porcelain', ...MEASURED);
const commit = git('rev-parse', '--short', 'HEAD');
const report = mutate(positionals, values.again);
const { faults, score } = verdictOf(report);
const isWhole = positionals.length === 0;
if (isWhole && changed === '')
  writeFileSync(join(ROOT, 'docs/mutation.md'), writeReport(report, commit));
else if (isWhole) console.log(`docs/mutation.md is not written: commit these first.\n${changed}`);
for (const fault of faults) console.log(fault);
console.log(`mutation score ${score.toFixed(1)} % (at least ${LOWEST_SCORE} %)`);
process.exitCode = faults.length === 0 ? 0 : 1;
