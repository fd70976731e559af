import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { output } from './command.ts';
import { locked, manifestOf, NPM_INSTALL } from './install.ts';
import { FOUND, runToEnd } from './node.ts';
import { copyPrograms } from './programs.ts';
import type { Context, Outcome, Row } from './row.ts';
import { toolFile } from './runtime.ts';

/* On the oldest Node that we name, with an npm that takes `engines` at its word: nothing of ours needs more. */

const run = async (context: Context): Promise<Outcome> => {
  const folder = context.folder('engines');
  const node = toolFile(context, 'node-20.19/bin/node');
  const env = { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const options = { cwd: folder, env, mayWarn: true };
  writeFileSync(
    join(folder, 'package.json'),
    manifestOf(context, { direct: Object.keys(context.tarballs), overrides: locked() }),
  );
  const version = await output('node', ['--version'], options);
  assert.match(version, /^v20\.19\./);
  await output('npm', [...NPM_INSTALL, '--engine-strict'], options);
  copyPrograms(folder, ['node-calls.cjs', 'node-esm.mjs']);
  await runToEnd(node, ['node-esm.mjs'], folder, FOUND);
  const npm = await output('npm', ['--version'], options);
  return {
    version: `npm ${npm} on Node ${version.slice(1)}`,
    ran: 'installed with engine-strict; the program of the Node rows',
  };
};

export const rows: readonly Row[] = [{ name: 'engine-strict', run }];
