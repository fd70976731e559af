import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** The project. */
export const ROOT: string = resolve(import.meta.dirname, '..');

/** Works in a folder outside the tree that is removed afterwards. */
export const withFolder = <T>(work: (folder: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), 'criteo-check-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A folder outside the tree that is removed when this process ends. */
export const folderUntilExit = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'criteo-check-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Without this a signal ends it before it can clean up.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return folder;
};

/** Paths of the project as it stands: what git tracks and what it would track. */
export const projectFiles = (): string[] => {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const files = new Set(listed.split('\0').filter((name) => name !== ''));
  return [...files].filter((name) => existsSync(join(ROOT, name)));
};

/** Copies the project's files as a clone has them: what the umask leaves of their modes. */
export const copyFiles = (folder: string): void => {
  for (const file of projectFiles()) {
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(join(ROOT, file)));
    if (statSync(join(ROOT, file)).mode & 0o100) chmodSync(target, 0o777 & ~process.umask());
  }
};

/** Copies the project; what is installed is shared by a link, our own packages with it. */
export const copyProject = (folder: string): void => {
  copyFiles(folder);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
};

/** Copies the project with packages of its own, not built; all else that is installed is shared. */
export const copyWorkspace = (folder: string): void => {
  copyFiles(folder);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  const installed = readdirSync(join(ROOT, 'node_modules'));
  for (const name of installed) {
    const own = ownPackages(name);
    if (own.length === 0) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    else mkdirSync(join(modules, name));
    for (const one of own)
      symlinkSync(join(folder, 'packages', basename(one)), join(modules, name, basename(one)));
  }
};

/** Our packages below a name of node_modules: links into this project. */
const ownPackages = (scope: string): string[] =>
  scope.startsWith('@')
    ? globSync('*', { cwd: join(ROOT, 'node_modules', scope) })
        .map((name) => realpathSync(join(ROOT, 'node_modules', scope, name)))
        .filter((path) => dirname(path) === join(ROOT, 'packages'))
    : [];

/** Runs a command and gives what it printed; throws with that if it fails. */
export const run = (
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): string => {
  try {
    return execFileSync(command, args, {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
  }
};
