import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../../scratch.ts';

/** A user's program in a folder of its own, outside the tree. */
export interface Consumer {
  /** Installs packages and gives what npm said. */
  readonly install: (...packages: readonly string[]) => string;
  /** The version of an installed package. */
  readonly versionOf: (name: string) => string;
  readonly write: (program: string) => void;
  /** What the compiler says against the program; '' if nothing. */
  readonly compile: () => string;
  /** What the compiled program prints. */
  readonly run: () => string;
}

export const makeConsumer = (folder: string, env: NodeJS.ProcessEnv): Consumer => {
  mkdirSync(folder);
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  write('tsconfig.json', JSON.stringify({ compilerOptions: STRICT, files: [PROGRAM] }));
  const spawn = (
    command: string,
    args: readonly string[],
  ): { status: number | null; text: string } => {
    const { status, stderr, stdout } = spawnSync(command, args, {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    return { status, text: stdout + stderr };
  };
  return {
    install: (...packages) => {
      const { status, text } = spawn('npm', ['install', '--ignore-scripts', ...QUIET, ...packages]);
      if (status === 0) return text;
      throw new Error(`npm install ${packages.join(' ')} failed:\n${text}`);
    },
    versionOf: (name) => {
      const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
      return (JSON.parse(text) as { readonly version: string }).version;
    },
    write: (program) => write(PROGRAM, program),
    compile: () => spawn(process.execPath, [COMPILER, '--pretty', 'false']).text,
    run: () => run(process.execPath, [join('out', PROGRAM.replace('.ts', '.js'))], folder, env),
  };
};

const PROGRAM = 'spending.ts';
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
const QUIET = ['--no-audit', '--no-fund'];
const STRICT = {
  target: 'es2023',
  lib: ['es2023', 'dom'],
  module: 'nodenext',
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  outDir: 'out',
};
