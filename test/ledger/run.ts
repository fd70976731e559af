import { join } from 'node:path';
import { type Call, callsOf } from './judge.ts';
import { type Lane, type Record, runLane } from './lane.ts';
import { printed, summary, verdictsOn } from './report.ts';

// Most of the time they wait.
const AT_ONCE = 3;

/** Runs the lanes, prints what came of them; gives the numbers of rules that were kept and broken. */
export const run = async (
  lanes: readonly Lane[],
  seed: number,
  program: string,
  folder: string,
): Promise<{ readonly passed: number; readonly failed: number }> => {
  const calls: Call[] = [];
  const crashed: Record[] = [];
  const queue = [...lanes];
  const work = async (): Promise<void> => {
    for (let lane = queue.shift(); lane; lane = queue.shift()) {
      const record = await runLane(lane, seed, program, join(folder, lane.name));
      const own = callsOf(record, seed);
      calls.push(...own);
      if (record.crash !== undefined) crashed.push(record);
      console.log(summary(record, own));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const verdicts = verdictsOn(calls);
  for (const verdict of verdicts) console.log(printed(verdict));
  console.log(
    `${crashed.length === 0 ? 'passed' : 'FAILED'}  processes that ended badly: ${crashed.length}`,
  );
  const failed = verdicts.filter(({ isKept }) => !isKept).length + Math.min(1, crashed.length);
  return { passed: verdicts.length + 1 - failed, failed };
};
