import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderUntilExit } from '../../tools/scratch.ts';
import { buildCore, CORE } from '../faults/planted-core.ts';
import { lanesOf } from './lanes.ts';
import { PLANTED } from './planted.ts';
import { buildClient } from './program.ts';
import { run } from './run.ts';
import { runPlanted } from './run-planted.ts';

/*
 * npm run test:ledger: random writes to a server and through a proxy that refuse, cut, stall, answer late and close
 * idle connections, by a client that is frozen now and then. Two journals are compared: what the server processed,
 * and what the client was told.
 *   storm frozen  these lanes only
 *   --writes <n>  @default 20000
 *   --seed <n>    the same seed gives the same bad luck, but for timing. @default 7
 *   --keep <dir>  writes the journals there
 *   --planted     plants each fault of planted.ts into a copy of core; its rule must be broken
 *   --plant <id>  runs with that fault planted
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    writes: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '7' },
    keep: { type: 'string' },
    planted: { type: 'boolean', default: false },
    plant: { type: 'string' },
  },
});
const seed = Number(values.seed);

/** Core as it is shipped, or a copy with a fault. */
const coreIn = (folder: string, plant: string | undefined): string => {
  if (plant === undefined) return CORE;
  const fault = PLANTED.find(({ id }) => id === plant);
  if (fault === undefined) throw new Error(`planted.ts has no fault ${plant}`);
  const copy = join(folder, 'core');
  buildCore(copy, fault);
  return copy;
};

const runLanes = (): ReturnType<typeof run> => {
  const folder = folderUntilExit();
  const program = buildClient(folder, coreIn(folder, values.plant));
  const lanes = lanesOf(Number(values.writes), positionals);
  return run(lanes, seed, program, values.keep ?? folder);
};

const { passed, failed } = await (values.planted ? runPlanted(seed) : runLanes());
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
