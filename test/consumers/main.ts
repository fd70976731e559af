import { parseArgs } from 'node:util';
import { rows as axios } from './axios.ts';
import { rows as browser } from './browser.ts';
import { rows as bun } from './bun.ts';
import { withContext } from './context.ts';
import { rows as deno } from './deno.ts';
import { rows as engines } from './engines.ts';
import { rows as lambda } from './lambda.ts';
import { rows as manifests } from './manifests.ts';
import { rows as node } from './node.ts';
import { runPlanted } from './planted.ts';
import { rows as pnpm } from './pnpm.ts';
import type { Row } from './row.ts';
import { printTable, runRows } from './run.ts';
import { missingInDocument, writeDocument } from './runtimes-document.ts';
import { rows as twoCores } from './two-cores.ts';
import { rows as typescript } from './typescript.ts';
import { rows as workerd } from './workerd.ts';

/*
 * npm run test:consumers: the packages as they are published, used as their users use them. On Linux
 * (x64), for which it locks its tools; Chromium comes from the system.
 *   --only <row>  rows whose name is this or begins so; may be given more than once
 *   --json        the report, and nothing else, on stdout
 *   --write       writes the table into docs/runtimes.md
 *   --planted     breaks packed packages: the rows in question must turn red
 */

const ROWS: readonly Row[] = [
  ...node,
  ...bun,
  ...deno,
  ...workerd,
  ...browser,
  ...lambda,
  ...typescript,
  ...axios,
  ...pnpm,
  ...twoCores,
  ...manifests,
  ...engines,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
  },
});
const chosen = ROWS.filter(
  ({ name }) => values.only.length === 0 || values.only.some((begin) => name.startsWith(begin)),
);

const runAll = async (): Promise<boolean> => {
  const results = await withContext((context) => runRows(chosen, context));
  if (values.json) console.log(JSON.stringify(results));
  else printTable(results);
  const isGreen = results.every(({ error }) => error === undefined);
  if (!isGreen || chosen.length < ROWS.length) return isGreen;
  if (values.write) writeDocument(results);
  const missing = missingInDocument(ROWS.map(({ name }) => name));
  if (missing.length === 0) return true;
  console.error(`docs/runtimes.md lacks ${missing.join(' · ')}: npm run test:consumers -- --write`);
  return false;
};

if (chosen.length === 0) {
  console.error(`No row is called so. There are: ${ROWS.map(({ name }) => name).join(' · ')}`);
  process.exitCode = 2;
} else {
  const isGreen = values.planted
    ? await withContext((context) => runPlanted(ROWS, context))
    : await runAll();
  process.exitCode = isGreen ? 0 : 1;
}
