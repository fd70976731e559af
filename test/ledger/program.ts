import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Writes the client as a program that every Node runs, over the compiled core in this folder. */
export const buildClient = (folder: string, core: string): string => {
  const scope = join(folder, 'node_modules/@criteo-sdk');
  mkdirSync(scope, { recursive: true });
  symlinkSync(core, join(scope, 'core'));
  const outfile = join(folder, 'client.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'client.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
};
