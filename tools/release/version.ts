import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../scratch.ts';
import { arranged } from './changelog.ts';
import { packageFolders } from './pack.ts';

/** Turns what is pending in .changeset into versions, changelogs and the lock file. */
export const version = (): void => {
  run('npx', ['--no-install', 'changeset', 'version'], ROOT);
  for (const folder of packageFolders(ROOT)) arrangeIn(join(folder, 'CHANGELOG.md'));
  // Our own versions stand in the lock file, too.
  run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--loglevel=error'], ROOT);
};

const arrangeIn = (file: string): void => {
  if (existsSync(file)) writeFileSync(file, arranged(readFileSync(file, 'utf8')));
};
