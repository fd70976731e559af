import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Ended, end } from './command.ts';
import { copyPrograms } from './programs.ts';
import type { Context } from './row.ts';

/* How the programs of the runtimes are put in place, bundled and run. */

/** Bundles a program that lies beside the installed packages; esbuild may warn of nothing. */
export const bundle = async (
  context: Context,
  program: string,
  outfile: string,
  options: readonly string[],
): Promise<void> => {
  const esbuild = toolFile(context, 'esbuild/bin/esbuild');
  const args = [basename(program), '--bundle', `--outfile=${outfile}`, '--log-level=warning'];
  const command = [esbuild, ...args, ...options];
  const { stderr } = await runProgram(process.execPath, command, dirname(program));
  assert.equal(stderr, '', 'esbuild warns');
};

/** Runs a program to its end; throws with what it printed if it fails. */
export const runProgram = async (
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> => {
  const ended = await end(command, args, { cwd, env });
  if (ended.status === 0) return ended;
  const { status, stdout, stderr } = ended;
  throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
};

/** The file of a tool that test/consumers locks. */
export const toolFile = ({ tools }: Context, path: string): string => {
  const file = join(tools, path);
  if (existsSync(file)) return file;
  throw new Error(
    `${path} is missing: run \`node tools/bootstrap.mjs --no-build test/consumers\`.`,
  );
};

/** A folder of a row's own with programs in it, where they find the installed packages. */
export const programFolder = (
  { installed }: Context,
  row: string,
  programs: readonly string[],
): string => {
  const folder = join(installed, row);
  copyPrograms(folder, [...programs, 'shared-runtime-calls.ts']);
  return folder;
};

/** The one line of JSON that a program printed. Then it has to end by itself, and soon. */
export const foundBy = <T>({ stdout, stderr, lingeredMs }: Ended): T => {
  assert.ok(lingeredMs < 2_000, `the program ended ${lingeredMs} ms after its last line`);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`The program printed no JSON:\n${stdout}${stderr}`);
  }
};
