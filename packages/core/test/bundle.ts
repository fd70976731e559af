import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const SOURCE = resolve(import.meta.dirname, '../src');

/** Core as one file of JavaScript in this folder, for processes of tests: Node itself reads no source of ours. */
export const bundleInto = (folder: string): string => {
  const outfile = join(folder, 'core.cjs');
  buildSync({
    entryPoints: [join(SOURCE, 'index.ts')],
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
