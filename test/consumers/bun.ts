import assert from 'node:assert/strict';
import type { Found } from './programs/shared-runtime-calls.ts';
import type { Context, Outcome, Row } from './row.ts';
import { foundBy, programFolder, runProgram, toolFile } from './runtime.ts';
import { SEEN_BY_ITSELF, withBoth } from './world.ts';

const PROGRAMS = ['bun-calls.ts', 'shared-runtime-sandbox.ts'];

const run = async (context: Context): Promise<Outcome> => {
  const bun = toolFile(context, '@oven/bun-linux-x64-baseline/bin/bun');
  const folder = programFolder(context, 'bun', PROGRAMS);
  const runBun = (...args: string[]) => runProgram(bun, args, folder);
  const { stdout: version } = await runBun('--version');
  // What is not installed must not be fetched.
  await withBoth(
    context,
    async (told) =>
      foundBy<Found>(await runBun('--no-install', 'bun-calls.ts', JSON.stringify(told))),
    context.folder('files of bun'),
  );
  const itself = foundBy(await runBun('--no-install', 'shared-runtime-sandbox.ts'));
  assert.deepEqual(itself, SEEN_BY_ITSELF);
  return {
    version: version.trim(),
    ran: 'TypeScript: credentials, a token given, files, the sandbox',
  };
};

export const rows: readonly Row[] = [{ name: 'bun', run }];
