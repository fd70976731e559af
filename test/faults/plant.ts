import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { folderUntilExit } from '../../tools/scratch.ts';
import { buildCore, CORE, faultOf } from './planted-core.ts';

/*
 * Plants the fault that an argument names (--plant=F08) into a copy of core, and has this process load that copy.
 * Processes that a case starts get it by `--import` and --planted-core=<folder>: they share the copy.
 */

const { values } = parseArgs({
  strict: false,
  options: { plant: { type: 'string' }, 'planted-core': { type: 'string' } },
});

const urlOf = (folder: string): string => `${pathToFileURL(join(folder, 'dist')).href}/`;

const loadFrom = (copy: string): void => {
  const [shipped, planted] = [urlOf(CORE), urlOf(copy)];
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      if (!resolved.url.startsWith(shipped)) return resolved;
      return { ...resolved, url: `${planted}${resolved.url.slice(shipped.length)}` };
    },
  });
};

const build = (id: string): string => {
  const fault = faultOf(id);
  const folder = folderUntilExit();
  buildCore(folder, fault);
  return folder;
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
const id = textOf(values.plant);
const copy = id === undefined ? textOf(values['planted-core']) : build(id);
if (copy !== undefined) loadFrom(copy);

/** For other processes, so that they have the same fault. */
export const PLANT_ARGUMENTS: readonly string[] =
  copy === undefined ? [] : [`--planted-core=${copy}`];
