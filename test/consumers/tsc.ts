import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { end, output } from './command.ts';

/** Compiles a folder with the strictest options; throws unless exactly these errors come, as `file:line code`. */
export const compile = async (
  tsc: string,
  folder: string,
  options: Readonly<Record<string, unknown>>,
  expected: readonly string[],
): Promise<void> => {
  const config = { compilerOptions: { ...STRICT, ...options }, include: ['*.mts', '*.cts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const args = [tsc, '-p', '.', '--pretty', 'false'];
  const { stdout, stderr } = await end(process.execPath, args, { cwd: folder });
  const found = [...stdout.matchAll(/^(?:(.+?)\((\d+),\d+\): )?error (TS\d+)/gm)].map(
    ([, file = 'tsconfig.json', line = '', code]) => `${file}:${line} ${code}`,
  );
  const faults = [
    ...expected.filter((error) => !found.includes(error)).map((error) => `is taken: ${error}`),
    ...found.filter((error) => !expected.includes(error)).map((error) => `is refused: ${error}`),
  ];
  assert.ok(faults.length === 0, [...faults, stdout, stderr].join('\n'));
};

/** The errors that a program's lines themselves announce, in a comment at their end. */
export const markedErrors = (folder: string, file: string): string[] => {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const code = /\/\/ (TS\d+)$/.exec(line)?.[1];
    return code === undefined ? [] : [`${file}:${index + 1} ${code}`];
  });
};

/** As the compiler says; throws if it is another than its folder is called after. */
export const versionOf = async (tsc: string, expected: string): Promise<string> => {
  const version = (await output(process.execPath, [tsc, '--version'], { cwd: '/' })).slice(8);
  assert.ok(version.startsWith(`${expected}.`), `${tsc} is ${version}`);
  return `TypeScript ${version}`;
};

const STRICT = {
  target: 'es2022',
  strict: true,
  skipLibCheck: false,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  outDir: 'out',
};
