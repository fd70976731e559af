import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the compiler says, or what a program says that it should: `call-right.ts:7 TS2345`. */
export type Diagnostic = string;

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const COMPILER = join(MODULES, 'typescript/bin/tsc');

/** Makes a folder outside of the repository a project, with what is installed here and these files. */
export const writeProject = (
  folder: string,
  files: Iterable<readonly [file: string, source: string]>,
  include: readonly string[] = ['./*.ts'],
): void => {
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction');
  for (const [file, source] of files) writeFileSync(join(folder, file), source);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const settings = fileURLToPath(new URL('./programs/tsconfig.json', import.meta.url));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: settings, include }));
};

/** Compiles once. */
export const compile = (project: string): readonly Diagnostic[] =>
  runCompiler(project)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '))
    .map(readDiagnostic);

/** What the compiler prints, as a process: TypeScript 7 has no API in JavaScript. */
export const runCompiler = (project: string, ...flags: readonly string[]): string => {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [COMPILER, '-p', project, '--pretty', 'false', ...flags],
    { encoding: 'utf8' },
  );
  if (error) throw error;
  if (stderr !== '') throw new Error(stderr);
  return stdout;
};

/** The marks of a program: `// expect TS2322` on the line, or `// expect-next TS2322` above it. */
export const expectedIn = (file: string, source: string): readonly Diagnostic[] =>
  source.split('\n').flatMap((line, i) => {
    const [, next, code] = /\/\/ expect(-next)? (TS\d+)$/.exec(line) ?? [];
    return code === undefined ? [] : [`${file}:${i + (next ? 2 : 1)} ${code}`];
  });

const readDiagnostic = (line: string): Diagnostic => {
  const [, path = '', number, code] = /^(.+)\((\d+),\d+\): error (TS\d+): /.exec(line) ?? [];
  return code === undefined ? line : `${basename(path)}:${number} ${code}`;
};
