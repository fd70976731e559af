import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Every Node that this machine has in its path, one per version, as rows for `it.each`. */
export const nodes = (): (readonly [version: string, command: string])[] => {
  const inPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, process.platform === 'win32' ? 'node.exe' : 'node'));
  const found = new Map([[process.version, process.execPath]]);
  for (const command of new Set(inPath.filter((file) => existsSync(file)))) {
    const version = spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout.trim();
    if (version !== '' && !found.has(version)) found.set(version, command);
  }
  return [...found];
};
