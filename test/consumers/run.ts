import type { Context, Row } from './row.ts';

/** What came of a row. */
export interface Result {
  readonly name: string;
  readonly version: string;
  readonly ran: string;
  readonly ms: number;
  /** What was printed, if it failed. */
  readonly error?: string;
}

/** Runs all, and gives the results in the order of the rows. */
export const runRows = (rows: readonly Row[], context: Context): Promise<Result[]> =>
  twoAtATime(rows, (row) => runRow(row, context));

/** Most of their time rows wait for processes; more than two at once would only make each slower. */
export const twoAtATime = async <T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      results[next[0]] = await work(next[1]);
  };
  await Promise.all([worker(), worker()]);
  return results;
};

export const runRow = async (row: Row, context: Context): Promise<Result> => {
  const startedAt = performance.now();
  const outcome = await row.run(context).catch((error: unknown) => ({
    version: '',
    ran: '',
    error: error instanceof Error ? error.message : String(error),
  }));
  const ms = Math.round(performance.now() - startedAt);
  const verdict = 'error' in outcome ? 'FAILED' : 'passed';
  console.error(`· ${row.name}: ${verdict} in ${(ms / 1000).toFixed(1)} s`);
  return { name: row.name, ...outcome, ms };
};

/** The table, then what failed, then the sum. */
export const printTable = (results: readonly Result[]): void => {
  const failed = results.filter(({ error }) => error !== undefined);
  for (const line of tableOf(results)) console.log(line);
  for (const { name, error } of failed)
    console.log(`\nFAILED ${name} (alone: npm run test:consumers -- --only '${name}')\n${error}`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
};

/** Lines of a table in Markdown that reads well as it is. */
export const tableOf = (results: readonly Result[]): string[] => {
  const cells = [
    ['consumer', 'version', 'what ran', 'result'],
    ...results.map(({ name, version, ran, error }) => [
      name,
      version,
      ran,
      error === undefined ? 'passed' : 'FAILED',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const [head = [], ...rest] = cells;
  return [line(head), rule, ...rest.map(line)];
};
