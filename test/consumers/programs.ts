import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Puts programs into a folder, where they find what is installed beside or above them. */
export const copyPrograms = (folder: string, names: readonly string[]): void => {
  mkdirSync(folder, { recursive: true });
  for (const name of names)
    copyFileSync(join(import.meta.dirname, 'programs', name), join(folder, name));
};
