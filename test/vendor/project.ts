import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/*
 * A project of the made-up vendor Acme in a folder of its own, and the commands that a maintainer
 * types there. Its core is ours, under the name that Acme gives it.
 */

const ROOT = resolve(import.meta.dirname, '../..');

export interface Outcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A file of this folder. */
export const fixture = (name: string): string => join(import.meta.dirname, name);

/** A document of Acme's. */
export const acmeDocument = (name: string): string => fixture(join('documents', name));

/** A folder with what a project has before its first import: the vendor's file, and core. */
export const newProject = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'acme-'));
  for (const folder of ['specs', 'packages', 'node_modules/@acme'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(fixture('acme.yaml'), join(root, 'specs/acme.yaml'));
  copyFileSync(join(ROOT, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'));
  for (const link of ['node_modules/@acme/core', 'packages/core'])
    symlinkSync(join(ROOT, 'packages/core'), join(root, link));
  return root;
};

/** Another folder with the same files. */
export const copyOfProject = (root: string): string => {
  const copy = mkdtempSync(join(tmpdir(), 'acme-'));
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
};

/** `npm run spec -- <args> --root <root>`; `flags` are for Node. */
export const spec = (
  root: string,
  args: readonly string[],
  { cwd = ROOT, env = {} }: Surroundings = {},
  flags: readonly string[] = [],
): Outcome => {
  const { error, signal, status, stderr, stdout } = spawnSync(
    process.execPath,
    [...flags, join(ROOT, 'tools/spec/main.ts'), ...args, '--root', root],
    {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
      // For what would take for ever; the slowest takes some seconds.
      timeout: 180_000,
    },
  );
  if (error) throw error;
  return { status, signal, stdout, stderr };
};

/** Every file of a project with its bytes and the time of its last change; links are not followed. */
export const treeOf = (root: string): ReadonlyMap<string, string> =>
  new Map(
    filesBelow(root).map((file) => [
      relative(root, file),
      `${hashOf(file)} ${statSync(file).mtimeMs}`,
    ]),
  );

/** The same without times, and without what git ignores. */
export const contentOf = (root: string): ReadonlyMap<string, string> =>
  new Map(
    filesBelow(root)
      .map((file) => [relative(root, file), hashOf(file)] as const)
      .filter(([file]) => !/^\.cache\/|\/dist\//.test(file)),
  );

export const textIn = (root: string, file: string): string =>
  readFileSync(join(root, file), 'utf8');

/** Files that are not the same in both, those of one side only among them. */
export const changedBetween = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((file) => before.get(file) !== after.get(file))
    .sort();

const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() ? [path] : [];
    });
