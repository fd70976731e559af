import { cpSync, existsSync, globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../../tools/scratch.ts';
import { type Edit, PLANTED, type Planted } from './planted.ts';

/** Core as it is shipped. */
export const CORE: string = join(ROOT, 'packages/core');

/** A copy that nothing is planted into, which must behave as core does. */
export const NO_FAULT = 'none';

/** The fault with this id; nothing for NO_FAULT. */
export const faultOf = (id: string): Planted | undefined => {
  const fault = PLANTED.find((one) => one.id === id);
  if (!fault && id !== NO_FAULT) throw new Error(`planted.ts has no fault ${id}`);
  return fault;
};

/** The source files that a fault changes, by their path below packages/core/src. */
export const sourcesWith = ({ id, also = [], ...first }: Planted): ReadonlyMap<string, string> => {
  const sources = new Map<string, string>();
  for (const edit of [first, ...also]) {
    const source = sources.get(edit.file) ?? sourceOf(edit.file);
    sources.set(edit.file, edited(source, edit, id));
  }
  return sources;
};

// A file that was moved holds nothing.
const sourceOf = (file: string): string => {
  const path = join(CORE, 'src', file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

const edited = (source: string, { file, from, to }: Edit, id: string): string => {
  const [before = '', ...after] = source.split(from);
  if (after.length === 1) return `${before}${to}${after[0]}`;
  throw new Error(
    `${id} cannot be planted: packages/core/src/${file} holds \`${from}\` ${after.length} times, not once. Change its entry in test/faults/planted.ts.`,
  );
};

/** Builds core with this fault into a folder that processes may load it from. */
export const buildCore = (folder: string, fault: Planted | undefined): void => {
  const source = join(folder, 'src');
  cpSync(join(CORE, 'src'), source, { recursive: true });
  cpSync(join(CORE, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of fault ? sourcesWith(fault) : [])
    writeFileSync(join(source, file), text);
  buildSync({
    entryPoints: globSync('**/*.ts', { cwd: source }).map((file) => join(source, file)),
    outbase: source,
    outdir: join(folder, 'dist'),
    format: 'esm',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    logLevel: 'error',
  });
};
