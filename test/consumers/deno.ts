import assert from 'node:assert/strict';
import type { Found, Told } from './programs/shared-runtime-calls.ts';
import type { Context, Outcome, Row } from './row.ts';
import { foundBy, programFolder, runProgram, toolFile } from './runtime.ts';
import { SEEN_BY_ITSELF, withBoth } from './world.ts';

const PROGRAMS = ['deno-calls.ts', 'shared-runtime-sandbox.ts'];
// npm has installed what there is; nothing is asked for, neither of the network nor of a person.
const INSTALLED = ['--cached-only', '--node-modules-dir=manual'];
const RUN = ['run', ...INSTALLED, '--no-prompt'];

const run = async (context: Context): Promise<Outcome> => {
  const deno = toolFile(context, '@deno/linux-x64-glibc/deno');
  const folder = programFolder(context, 'deno', PROGRAMS);
  const env = { DENO_DIR: context.folder('deno-cache'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
  const runDeno = (...args: string[]) => runProgram(deno, args, folder, env);
  const { stdout: version } = await runDeno('eval', 'console.log(Deno.version.deno)');
  await runDeno('check', ...INSTALLED, ...PROGRAMS);
  const files = context.folder('files of deno');
  const call = async (told: Told): Promise<Found> => {
    const hosts = [told.baseUrl, told.closedUrl].map((url) => new URL(url).host);
    // The least it needs: the API's hosts. Dependencies look at the environment, and may find nothing.
    const least = [`--allow-net=${hosts}`, '--ignore-env'];
    const ofFiles = [`--allow-read=${files}`, `--allow-write=${files}`];
    const args = [...RUN, ...least, ...ofFiles, 'deno-calls.ts', JSON.stringify(told)];
    return foundBy<Found>(await runDeno(...args));
  };
  await withBoth(context, call, files);
  const forSandbox = ['--allow-net=127.0.0.1', '--allow-read=../node_modules', '--ignore-env'];
  const itself = foundBy(await runDeno(...RUN, ...forSandbox, 'shared-runtime-sandbox.ts'));
  assert.deepEqual(itself, SEEN_BY_ITSELF);
  return {
    version: version.trim(),
    ran: 'TypeScript, checked; least permissions: credentials, a token given, files, the sandbox',
  };
};

export const rows: readonly Row[] = [{ name: 'deno', run }];
