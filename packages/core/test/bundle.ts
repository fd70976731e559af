import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const SOURCE = resolve(import.meta.dirname, '../src');

/** Core as one file of JavaScript in this folder, for processes of tests: Node itself reads no source of ours. */
export const bundleInto = (folder: string): string =>
  bundle(join(SOURCE, 'index.ts'), join(folder, 'core.cjs'));

/** A program of this folder with all that it imports, as JavaScript that any Node runs. */
export const programInto = (folder: string, name: string): string =>
  bundle(join(import.meta.dirname, `${name}.ts`), join(folder, `${name}.cjs`));

const bundle = (entry: string, outfile: string): string => {
  buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    alias: {
      '#files': join(SOURCE, 'node/files.ts'),
      '#transport': join(SOURCE, 'transport-node.ts'),
    },
  });
  return outfile;
};
