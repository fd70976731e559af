import { parseArgs } from 'node:util';
import { SERIES_LENGTH } from './plan.ts';
import { runPlanted } from './planted.ts';
import { NODE_NAMES, preparePrograms } from './programs.ts';
import { type Fault, play } from './run.ts';

/*
 * npm run test:fuzz: calls to servers that answer anything: bytes written by hand onto sockets, plain, through TLS,
 * and through a proxy. Each exchange is played on each Node, over the packages as they are compiled.
 *   --exchanges 100000  @default 20000
 *   --seed 7            the same seed gives the same answers; when they come, the machine decides. @default 1
 *   --only 4711         the eight calls to one origin of which this is one, and what came of it
 *   --node 20           on one Node alone
 *   --planted           plants faults into core; each must be found
 *
 * plan.ts draws what is played from seed and number. In one process a server (server.ts, tunnel.ts) answers as it is
 * planned and writes down in its journal which requests reached it. In another (child.ts) a client calls; how each
 * call ends goes back to the first, which judges it (judge.ts):
 *   - no uncaught error, unhandled rejection or warning; every call ends, with a value or an SdkError, and leaves no
 *     connection behind; the process ends by itself;
 *   - `outcome` and `attempts` agree with the journal, and "may have been processed" stands where it must;
 *   - a value is of the answer to this call, and of a whole one; no write was sent again that may have been processed;
 *   - where nothing disturbs the call, the value, the error and its `outcome` are exactly those of the answer.
 */

const { values } = parseArgs({
  options: {
    exchanges: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    node: { type: 'string', multiple: true, default: [...NODE_NAMES] },
    planted: { type: 'boolean', default: false },
  },
});

const MOST_TOLD = 100;
const seed = Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
const series =
  only === undefined
    ? Array.from({ length: Math.ceil(Number(values.exchanges) / SERIES_LENGTH) }, (_, at) => at)
    : [Math.floor(only / SERIES_LENGTH)];

const runNode = async (node: string): Promise<readonly Fault[]> => {
  const faults: Fault[] = [];
  const startedAt = performance.now();
  const told = (fault: Fault): void => {
    faults.push(fault);
    if (faults.length > MOST_TOLD) return;
    console.log(`FAILED ${fault.what}`);
    if (fault.exchange !== undefined)
      console.log(
        `       npm run test:fuzz -- --seed ${seed} --node ${node} --only ${fault.exchange}`,
      );
  };
  await play(preparePrograms()(node), { seed, series, only, told });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`Node ${node}: ${series.length * SERIES_LENGTH} exchanges in ${seconds} s`);
  return faults;
};

const runAll = async (): Promise<[passed: number, failed: number]> => {
  let failed = 0;
  for (const node of values.node) {
    const faults = await runNode(node);
    const whole = faults.filter(({ exchange }) => exchange === undefined).length;
    failed +=
      whole + new Set(faults.map(({ exchange }) => exchange ?? -1)).size - Math.min(whole, 1);
  }
  return [series.length * SERIES_LENGTH * values.node.length - failed, failed];
};

const [passed, failed] = values.planted ? await runPlanted(seed) : await runAll();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
