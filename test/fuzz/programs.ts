import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { folderUntilExit, ROOT } from '../../tools/scratch.ts';
import { CERTIFICATES } from './certificates.ts';

/** How a Node runs the program that calls. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const NODES: Readonly<Record<string, string>> = {
  24: process.execPath,
  // Of those that the consumers lock.
  20: join(ROOT, 'test/consumers/node_modules/node-20/bin/node'),
};

export const NODE_NAMES: readonly string[] = Object.keys(NODES).reverse();

const PLANT = pathToFileURL(join(ROOT, 'test/faults/plant.ts')).href;

/** Bundles the program, since Node 20 runs no TypeScript; our packages stay outside, as they are compiled. */
export const preparePrograms = (): ((node: string, plantedCore?: string) => Program) => {
  const folder = folderUntilExit();
  const [outfile, ca] = [join(folder, 'child.mjs'), join(folder, 'ca.pem')];
  buildSync({
    entryPoints: [join(import.meta.dirname, 'child.ts')],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile,
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(ca, CERTIFICATES.map(({ cert }) => cert).join(''));
  return (node, plantedCore) => {
    const command = NODES[node];
    if (command === undefined || !existsSync(command))
      throw new Error(
        `There is no Node ${node}: run \`npm run test:fuzz\`, with --node ${NODE_NAMES.join(' or ')}.`,
      );
    const args =
      plantedCore === undefined
        ? [outfile]
        : ['--import', PLANT, outfile, `--planted-core=${plantedCore}`];
    return { command, args, env: { NODE_EXTRA_CA_CERTS: ca } };
  };
};
