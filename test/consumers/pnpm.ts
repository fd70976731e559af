import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';
import { locked, manifestOf } from './install.ts';
import { runToEnd } from './node.ts';
import { copyPrograms } from './programs.ts';
import type { Context, Outcome, Row } from './row.ts';
import { toolFile } from './runtime.ts';

/* pnpm's strictest layout: a package finds what it names as its dependency, and nothing else. */

const run = async (context: Context): Promise<Outcome> => {
  const folder = context.folder('pnpm');
  const node = toolFile(context, 'node-24/bin/node');
  const pnpm = toolFile(context, 'pnpm/bin/pnpm.mjs');
  const direct = ['@criteo-sdk/retailmedia', '@criteo-sdk/sandbox'];
  const { overrides, ...manifest } = JSON.parse(
    manifestOf(context, { direct, overrides: locked() }),
  ) as object & { overrides: object };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ ...STRICT, overrides }));
  const store = context.folder('pnpm-store');
  await output(node, [pnpm, 'install', '--ignore-scripts', '--store-dir', store], {
    cwd: folder,
    mayWarn: true,
  });
  copyPrograms(folder, ['pnpm-strict.mjs']);
  await runToEnd(node, ['pnpm-strict.mjs'], folder, {
    accounts: 5,
    forbidden: [true, true],
    hidden: ['ERR_MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'],
  });
  const version = await output(node, [pnpm, '--version'], { cwd: folder });
  return {
    version: `pnpm ${version}`,
    ran: 'nothing hoisted: calls, and errors from the bare product name; core and axios cannot be reached',
  };
};

// A file in YAML, of which JSON is a part.
const STRICT = { nodeLinker: 'isolated', hoist: false, publicHoistPattern: [] };

export const rows: readonly Row[] = [{ name: 'pnpm', run }];
