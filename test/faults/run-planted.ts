import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { GROUPS } from './cases.ts';
import { PLANTED, type Planted } from './planted.ts';
import { NO_FAULT } from './planted-core.ts';
import type { Result } from './run.ts';

const AT_ONCE = 2;
// A fault may make its case hang.
const LONGEST_MS = 240_000;
const PROGRAM = join(import.meta.dirname, 'main.ts');

/** Runs the case of each planted fault with it, in a process of its own: red is right. */
export const runPlanted = async (ids: readonly string[]): Promise<Result[]> => {
  const chosen = PLANTED.filter(
    ({ id }) => ids.length === 0 || ids.includes(id) || ids.includes(caseOf(id)),
  );
  if (chosen.length === 0) throw new Error(`planted.ts has no fault ${ids.join(', ')}`);
  const results = [await runUnplanted(chosen)];
  const queue = chosen.filter(({ id }) => !ALONE.has(caseOf(id)));
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one; one = queue.shift()) results.push(await runOne(one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const one of chosen.filter(({ id }) => ALONE.has(caseOf(id))))
    results.push(await runOne(one));
  return results;
};

/** F08b is one more fault that case F08 must find. */
const caseOf = (id: string): string => id.replace(/[a-z]$/, '');

const ALONE = new Set(
  GROUPS.flatMap(({ cases }) => cases)
    .filter(({ alone, last }) => alone || last)
    .map(({ id }) => id),
);

/** In a copy without a fault the same cases are green: it is the fault that they find, not the copy. */
const runUnplanted = async (chosen: readonly Planted[]): Promise<Result> => {
  const cases = new Set(chosen.map(({ id }) => caseOf(id)));
  const { status, output, ms } = await run([...cases], NO_FAULT);
  console.log(`${NO_FAULT}  ${status === 0 ? 'passed' : `FAILED\n${output}`}  the copy of core`);
  return { id: NO_FAULT, status: status === 0 ? 'passed' : 'failed', ms };
};

const runOne = async ({ id, file, from }: Planted): Promise<Result> => {
  const { status, output, ms } = await run([caseOf(id)], id);
  const isFound = status === 1 && output.includes(`${caseOf(id)}  FAILED`);
  console.log(
    `${id}  ${isFound ? 'found' : 'NOT FOUND'}  ${String(ms).padStart(6)} ms  ${file}: ${from}`,
  );
  if (!isFound) console.log(output);
  return { id, status: isFound ? 'passed' : 'failed', ms };
};

interface Run {
  readonly status: unknown;
  readonly output: string;
  readonly ms: number;
}

const run = (cases: readonly string[], plant: string): Promise<Run> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    execFile(
      process.execPath,
      [PROGRAM, ...cases, `--plant=${plant}`],
      { encoding: 'utf8', timeout: LONGEST_MS },
      (error, stdout, stderr) =>
        resolve({
          status: error ? (error.code ?? error.signal) : 0,
          output: `${stdout}${stderr}`,
          ms: Math.round(performance.now() - startedAt),
        }),
    );
  });
