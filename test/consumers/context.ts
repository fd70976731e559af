import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from '../../tools/release/pack.ts';
import { ROOT } from '../../tools/scratch.ts';
import { output } from './command.ts';
import { locked, manifestOf, NPM_INSTALL } from './install.ts';
import type { Context } from './row.ts';

/** What each consumer is tried with; the folders go away at the end. */
export const withContext = async <T>(work: (context: Context) => Promise<T>): Promise<T> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'criteo-consumers-')));
  try {
    return await work(await contextIn(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A context like this one in which a package has been changed: in its tarball, and as it is installed. */
export const changed = async (
  context: Context,
  name: string,
  { packageName, change }: { packageName: string; change: (folder: string) => void },
): Promise<Context> => {
  const root = context.folder(name);
  const tarball = join(root, 'changed.tgz');
  await output('tar', ['-xzf', context.tarballs[packageName] ?? packageName], { cwd: root });
  change(join(root, 'package'));
  await output('tar', ['-czf', tarball, 'package'], { cwd: root });
  const installed = join(root, 'installed');
  cpSync(context.installed, installed, { recursive: true });
  change(join(installed, 'node_modules', packageName));
  return {
    ...context,
    tarballs: { ...context.tarballs, [packageName]: tarball },
    installed,
    folder: (name) => newFolder(root, name),
  };
};

const contextIn = async (folder: string): Promise<Context> => {
  console.error('· packing the packages …');
  const packed = packAll(join(folder, 'tarballs'));
  const tarballs = Object.fromEntries(packed.map(({ name, file }) => [name, file]));
  const installed = newFolder(folder, 'installed');
  writeFileSync(
    join(installed, 'package.json'),
    manifestOf({ tarballs }, { direct: Object.keys(tarballs), overrides: locked() }),
  );
  console.error('· installing them as a user does …');
  await output('npm', NPM_INSTALL, { cwd: installed, mayWarn: true });
  return {
    tarballs,
    installed,
    folder: (name) => newFolder(folder, name),
    tools: join(ROOT, 'test/consumers/node_modules'),
  };
};

const newFolder = (parent: string, name: string): string => {
  const folder = join(parent, name.replaceAll(/[^\w.-]+/g, '-'));
  mkdirSync(folder);
  return folder;
};
