import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the compiler says, or what a program says that it should: `call-right.ts:7 TS2345`. */
export type Diagnostic = string;

const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** Compiles once, as a process: TypeScript 7 has no API in JavaScript. */
export const compile = (project: string): readonly Diagnostic[] => {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [COMPILER, '-p', project, '--pretty', 'false'],
    { encoding: 'utf8' },
  );
  if (error) throw error;
  if (stderr !== '') throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '))
    .map(readDiagnostic);
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
