import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type LedgerFault, PLANTED } from './planted.ts';

const PROGRAM = join(import.meta.dirname, 'main.ts');
const LONGEST_MS = 300_000;

/** Runs with each fault in a process of its own: its rule must be broken. */
export const runPlanted = async (seed: number): Promise<{ passed: number; failed: number }> => {
  const found = await Promise.all(PLANTED.map((fault) => isFound(fault, seed)));
  const passed = found.filter(Boolean).length;
  return { passed, failed: found.length - passed };
};

const isFound = ({ id, lane, writes, breaks }: LedgerFault, seed: number): Promise<boolean> =>
  new Promise((resolve) => {
    const args = [PROGRAM, lane, `--writes=${writes}`, `--seed=${seed}`, `--plant=${id}`];
    execFile(
      process.execPath,
      args,
      { encoding: 'utf8', timeout: LONGEST_MS },
      (error, stdout, stderr) => {
        const isBroken = error?.code === 1 && stdout.includes(`FAILED  ${breaks}: `);
        console.log(`${isBroken ? 'found' : 'NOT FOUND'}  ${id}: ${breaks}`);
        if (!isBroken) console.log(`${stdout}${stderr}`);
        resolve(isBroken);
      },
    );
  });
