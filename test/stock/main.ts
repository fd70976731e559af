import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, type Compared, idleRules, type Judged, judge, openBenches } from './judge.ts';
import { PLANTED, type PlantedFault } from './planted.ts';
import { RULES, type Rule } from './rules.ts';

/*
 * npm run test:stock: every operation of every version, called with the same arguments through our client
 * and through the one that openapi-generator makes of the same document with its own templates. What
 * arrives must be the same, but for what rules.ts explains. Needs Java 17, as npm run generate does.
 *   --planted  plants faults into our calls: each must be found, and no rule may be taken away or stand idle
 */

const { values } = parseArgs({ options: { planted: { type: 'boolean', default: false } } });

let passed = 0;
let failed = 0;
const count = (isFine: boolean): void => {
  if (isFine) passed += 1;
  else failed += 1;
};

const compareAll = async ({ compare, made }: Bench): Promise<readonly Compared[]> => {
  const compared: Compared[] = [];
  for (const call of made) compared.push(await compare(call));
  return compared;
};

/** One after the other: the server tells requests apart by their turn. */
const compareEach = async (benches: readonly Bench[]): Promise<readonly Compared[]> => {
  const all: Compared[] = [];
  for (const bench of benches) all.push(...(await compareAll(bench)));
  return all;
};

const testAll = async (benches: readonly Bench[]): Promise<void> => {
  const all: Judged[] = [];
  for (const bench of benches) {
    const compared = await compareAll(bench);
    const judged = judge(compared, RULES);
    tell(bench, compared, judged);
    all.push(...judged);
  }
  tellTokens(benches, all);
  for (const { name } of idleRules(all, RULES)) {
    count(false);
    console.log(`FAILED the rule '${name}' explains nothing: take it out`);
  }
};

const tell = (
  { version, operations }: Bench,
  compared: readonly Compared[],
  judged: readonly Judged[],
): void => {
  console.log(`${version}: ${operations.length} operations, ${compared.length} calls`);
  for (const { name } of RULES) {
    const times = judged.filter(({ rule }) => rule?.name === name).length;
    if (times > 0) console.log(`  ${name.padEnd(24)} ${times}`);
  }
  for (const { name } of operations) {
    const faults = judged.filter(({ call, rule }) => !rule && call.operation.name === name);
    const isCompared = compared.some(({ operation }) => operation.name === name);
    count(faults.length === 0 && isCompared);
    for (const { call, difference } of faults) {
      const { part, stock, ours } = difference;
      const [theirs, own] = [stock, ours].map((value) => String(JSON.stringify(value)));
      console.log(`FAILED ${name}, ${call.extent}: ${part}: stock ${theirs}, ours ${own}`);
    }
  }
};

const tellTokens = (benches: readonly Bench[], judged: readonly Judged[]): void => {
  const made = benches.flatMap((bench) => bench.made).filter(({ operation }) => operation.isToken);
  const other = judged.filter(
    ({ call, difference }) =>
      call.operation.isToken && ['body', 'spelling of the body'].includes(difference.part),
  );
  console.log(
    `token requests: ${made.length}, of which ${made.length - other.length} have the same body to the byte`,
  );
};

const NEVER: Rule = { name: 'planted', why: 'Never.', parts: ['method'], explains: () => false };

const plantAll = async (benches: readonly Bench[]): Promise<void> => {
  const compared = await compareEach(benches);
  const unexplained = (rules: readonly Rule[]): number =>
    judge(compared, rules).filter(({ rule }) => !rule).length;
  for (const rule of RULES) {
    const others = RULES.filter((other) => other !== rule);
    const isNeeded = unexplained(others) > unexplained(RULES);
    report(`without the rule '${rule.name}' a difference is left`, isNeeded);
  }
  const rules = [...RULES, NEVER];
  const idle = idleRules(judge(compared, rules), rules);
  report('a rule that explains nothing is named', idle.length === 1 && idle[0] === NEVER);
  for (const fault of PLANTED) {
    const found = await plant(benches, fault);
    const times = found.filter(Boolean).length;
    report(
      `${fault.name}: planted in ${found.length} calls, found in ${times}`,
      times > 0 && times === found.length,
    );
  }
};

/** Plants a fault into each call that can have it, and tells for each whether it was found. */
const plant = async (benches: readonly Bench[], fault: PlantedFault): Promise<boolean[]> => {
  const found: boolean[] = [];
  for (const bench of benches)
    for (const call of bench.made.filter(({ extent }) => extent === 'everything')) {
      let isPlanted = false;
      const compared = await bench.compare(call, (our) => {
        isPlanted = fault.fits(our);
        return isPlanted ? fault.plant(our) : our;
      });
      const faults = judge([compared], RULES).filter(({ rule }) => !rule);
      if (isPlanted) found.push(faults.some(({ difference }) => difference.part === fault.part));
    }
  return found;
};

const report = (what: string, isFine: boolean): void => {
  count(isFine);
  console.log(`${isFine ? 'found  ' : 'FAILED '} ${what}`);
};

const folder = mkdtempSync(join(tmpdir(), 'stock-'));
try {
  console.error('· making the stock clients');
  const { benches, close } = await openBenches(folder);
  try {
    await (values.planted ? plantAll(benches) : testAll(benches));
  } finally {
    close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
