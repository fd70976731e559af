import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';
import { runToEnd } from './node.ts';
import { copyPrograms } from './programs.ts';
import type { Context, Outcome, Row } from './row.ts';
import { toolFile } from './runtime.ts';

/* Two copies of core in one process, as npm nests them when two packages ask for versions that do not agree. */

/** Of the two classes of that name. */
const BOTH = [true, true];
const NEITHER = [false, false];

const run = async (context: Context): Promise<Outcome> => {
  const folder = context.folder('two-cores');
  const modules = join(folder, 'node_modules');
  cpSync(join(context.installed, 'node_modules'), modules, { recursive: true });
  const nested = join(modules, '@criteo-sdk/retailmedia/node_modules/@criteo-sdk/core');
  cpSync(join(modules, '@criteo-sdk/core'), nested, { recursive: true });
  copyPrograms(folder, ['two-cores.mjs']);
  const node = toolFile(context, 'node-24/bin/node');
  await runToEnd(node, ['two-cores.mjs'], folder, {
    copies: [false, true],
    forbidden: { PermissionError: BOTH, ApiError: BOTH, SdkError: BOTH, RateLimitError: NEITHER },
    shared: { accounts: 5, tokenRequests: 1 },
    refused: { TokenError: BOTH, SdkError: BOTH, ApiError: NEITHER },
  });
  const version = await output(node, ['--version'], { cwd: folder });
  return {
    version: `Node ${version.slice(1)}`,
    ran: 'instanceof and shared tokens across both; require() and import give one copy',
  };
};

export const rows: readonly Row[] = [{ name: 'two copies of core', run }];
