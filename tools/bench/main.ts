import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchCall } from './call.ts';
import { benchClients } from './clients.ts';
import { benchGenerate } from './generate.ts';
import { type BenchReport, type Goal, isMet } from './measure.ts';
import { benchRateLimit } from './rate-limit.ts';
import { benchRows } from './rows.ts';

/*
 * npm run bench -- <name> [--json]: what something costs beside its peers, measured in one run.
 * Ratios hold from machine to machine, seconds do not.
 */

interface Bench {
  readonly what: string;
  readonly run: (tell: (line: string) => void) => BenchReport | Promise<BenchReport>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  call: {
    what: 'one authorised GET, against axios and Azure core-rest-pipeline',
    run: benchCall,
  },
  clients: {
    what: 'many users, a client each: connections and heap',
    run: benchClients,
  },
  generate: {
    what: 'npm run generate, against one default run of the generator per document',
    run: benchGenerate,
  },
  'rate-limit': {
    what: 'more calls at once than the API takes, against axios with axios-retry',
    run: benchRateLimit,
  },
  rows: {
    what: 'rows of a CSV file as objects, against csv-parse',
    run: benchRows,
  },
};

const USAGE = `Usage: npm run bench -- <name> [--json]

${Object.entries(BENCHES)
  .map(([name, { what }]) => `  ${name.padEnd(12)}${what}`)
  .join('\n')}

Exit codes: 0 all goals are met, 1 one is missed, 2 wrong usage.
`;

const machine = (): string =>
  `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} at the end, Node ${process.versions.node}`;

const seconds = (value: number): string => value.toFixed(2).padStart(10);

const printTable = (name: string, { goals, rows, subject }: BenchReport): void => {
  console.log(`${name}: ${subject} (${machine()})\n`);
  console.log(`${''.padEnd(38)}${'CPU s'.padStart(10)}${'wall s'.padStart(10)}`);
  for (const { cpuSeconds, note = '', wallSeconds, what } of rows)
    console.log(
      `${what.padEnd(38)}${seconds(cpuSeconds)}${seconds(wallSeconds)}  ${note}`.trimEnd(),
    );
  console.log();
  for (const goal of goals) console.log(goalLine(goal));
};

const goalLine = (goal: Goal): string => {
  const { limit, unit, value, what } = goal;
  const verdict = isMet(goal) ? 'met' : 'MISSED';
  return `${what.padEnd(38)}${seconds(value)}${unit && ` ${unit}`}  (goal: at most ${limit.toFixed(2)}) ${verdict}`;
};

const main = async (): Promise<number> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const [name = '', ...more] = positionals;
  const bench = Object.hasOwn(BENCHES, name) && more.length === 0 ? BENCHES[name] : undefined;
  if (bench === undefined) {
    console.error(USAGE);
    return 2;
  }
  const report = await bench.run((line) => console.error(`· ${line}`));
  const goals = report.goals.map((goal) => ({ ...goal, isMet: isMet(goal) }));
  if (values.json) console.log(JSON.stringify({ name, machine: machine(), ...report, goals }));
  else printTable(name, report);
  return goals.every((goal) => goal.isMet) ? 0 : 1;
};

process.exitCode = await main();
