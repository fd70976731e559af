import { registerHooks } from 'node:module';
import { parseArgs } from 'node:util';
import { PLANTED } from './planted.ts';

/*
 * Plants the fault that an argument names (--plant=F08) into core as it is loaded: in this process and,
 * by `--import`, in those that a case starts.
 */

const { values } = parseArgs({ strict: false, options: { plant: { type: 'string' } } });

/** For other processes, so that they have the same fault. */
export const PLANT_ARGUMENTS: readonly string[] =
  values.plant === undefined ? [] : [`--plant=${values.plant}`];

const plant = (id: unknown): void => {
  const fault = PLANTED.find((planted) => planted.id === id);
  if (!fault) throw new Error(`no fault is planted for ${id}`);
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (!url.endsWith(`/core/dist/${fault.file}`)) return loaded;
      const source = String(loaded.source);
      if (!source.includes(fault.from))
        throw new Error(`${fault.file} does not hold ${fault.from}`);
      return { ...loaded, source: source.replace(fault.from, fault.to) };
    },
  });
};

if (values.plant !== undefined) plant(values.plant);
