import assert from 'node:assert/strict';
import { join } from 'node:path';
import { end, output } from './command.ts';
import { copyPrograms } from './programs.ts';
import type { Context, Outcome, Row } from './row.ts';
import { foundBy, toolFile } from './runtime.ts';
import { withWorld } from './world.ts';

/* One program as a module and by require, on each Node; and one that closes nothing ends all the same. */

const NODES = ['node-20.19', 'node-20', 'node-22', 'node-24', 'node-26'];
const PROGRAMS = ['node-calls.cjs', 'node-esm.mjs', 'node-require.cjs', 'node-leaves.mjs'];
/** Far more than any needs; one that does not end by itself is stopped. */
const LONGEST_RUN_MS = 15_000;

/** What the program prints; the rows that install otherwise expect the same. */
export const FOUND = {
  minutes: 15,
  accounts: 5,
  asset: 'string',
  upload: [true],
  portfolio: true,
  advertisers: true,
  forbidden: [true, true],
  tokens: 3,
};

/** Runs a program of ours; throws if it prints anything else, warns, or does not end by itself. */
export const runToEnd = async (
  node: string,
  args: readonly string[],
  cwd: string,
  expected: unknown,
): Promise<void> => {
  const ended = await end(node, args, { cwd, timeoutMs: LONGEST_RUN_MS });
  const said = `${args.join(' ')} ended with ${ended.status}:\n${ended.stdout}${ended.stderr}`;
  assert.equal(ended.status, 0, said);
  const lines = ended.stderr.split('\n').filter((line) => line !== '');
  // That a version has ended at the API is said by ourselves.
  const warnings = lines.filter((line) => !line.startsWith('criteo-sdk: '));
  assert.deepEqual(warnings, []);
  assert.deepEqual(foundBy(ended), expected);
};

const run = async (context: Context, name: string): Promise<Outcome> => {
  const node = toolFile(context, `${name}/bin/node`);
  const folder = join(context.installed, name);
  copyPrograms(folder, PROGRAMS);
  await runToEnd(node, ['node-esm.mjs'], folder, FOUND);
  await runToEnd(node, ['node-require.cjs'], folder, FOUND);
  await withWorld(context, ({ withSecret }) =>
    runToEnd(node, ['node-leaves.mjs', JSON.stringify(withSecret)], folder, [5]),
  );
  const version = await output(node, ['--version'], { cwd: folder });
  return {
    version: `Node ${version.slice(1)}`,
    ran: 'import and require: tokens, calls of three generations, an upload; ends by itself',
  };
};

export const rows: readonly Row[] = NODES.map((name) => ({
  name,
  run: (context) => run(context, name),
}));
