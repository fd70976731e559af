import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../scratch.ts';
import { arranged } from './changelog.ts';
import { packageFolders } from './pack.ts';

/** Turns what is pending in .changeset into versions, changelogs and the lock file. */
export const version = (): void => {
  run('npx', ['--no-install', 'changeset', 'version'], ROOT);
  for (const folder of packageFolders(ROOT)) {
    arrangeIn(join(folder, 'CHANGELOG.md'));
    stateVersion(folder);
  }
  // Our own versions stand in the lock file, too.
  run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--loglevel=error'], ROOT);
};

/** Writes a package's version where its code says it: at run time no package.json is read. */
export const stateVersion = (folder: string): void => {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  for (const name of ['version.ts', 'product.ts']) {
    const file = join(folder, 'src', name);
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    const stated = text.replace(STATED, (_, before) => `${before}'${version}'`);
    if (!STATED.test(text))
      throw new Error(`${file} states no version: write it as in other packages.`);
    writeFileSync(file, stated);
  }
};

interface Manifest {
  readonly version: string;
}

const STATED = /(\bVERSION = |\bpackageVersion: )'[^']*'/;

const arrangeIn = (file: string): void => {
  if (existsSync(file)) writeFileSync(file, arranged(readFileSync(file, 'utf8')));
};
