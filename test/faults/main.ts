import { parseArgs } from 'node:util';
import './plant.ts';
import type { Result } from './run.ts';

/*
 * npm run test:faults: what the client does when the server misbehaves, over loopback.
 *   F08 F11     these cases only
 *   --long      a minute of load instead of ten seconds, 200 kills instead of 20
 *   --write     writes the cases to docs/faults.md
 *   --json      the last line is the report: [{ id, status, ms }]
 *   --planted   plants each fault of planted.ts into a copy of core; its case must turn red
 *   --plant=F08 runs with that fault planted
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    plant: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const runChosen = async (ids: readonly string[]): Promise<Result[]> => {
  // After plant.ts: it says where core is loaded from.
  const [{ GROUPS }, { runCases }, { tableFault, writeTable }] = await Promise.all([
    import('./cases.ts'),
    import('./run.ts'),
    import('./table.ts'),
  ]);
  if (values.write) writeTable(GROUPS);
  const cases = GROUPS.flatMap((group) => group.cases);
  const unknown = ids.find((id) => !cases.some((one) => one.id === id));
  if (unknown !== undefined) throw new Error(`there is no case ${unknown}`);
  const chosen = cases.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const results = await runCases(chosen, values.long);
  const outdated = ids.length === 0 ? tableFault(GROUPS) : undefined;
  if (outdated === undefined) return results;
  console.log(outdated);
  return [...results, { id: 'docs/faults.md', status: 'failed', ms: 0 }];
};

const results = values.planted
  ? await (await import('./run-planted.ts')).runPlanted(positionals)
  : await runChosen(positionals);
if (values.json) console.log(JSON.stringify(results));
const failed = results.filter(({ status }) => status === 'failed').length;
if (!values.json) console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
// A case that a planted fault has broken may leave calls behind that last for minutes.
if (values.plant !== undefined) process.exit();
