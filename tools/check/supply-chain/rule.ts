/** A rule of the supply chain: what it looks at, and violations of it that it must find. */
export interface Rule<T> {
  readonly name: string;
  /** What is looked at, in words and figures. */
  readonly looked: string;
  readonly items: readonly T[];
  readonly faultsOf: (item: T) => readonly string[];
  /** Items with a violation, each with what must be said of it. */
  readonly planted: readonly (readonly [fault: RegExp, item: T])[];
}

/** What came of a rule. */
export interface Verdict {
  readonly name: string;
  readonly looked: string;
  readonly faults: readonly string[];
  readonly planted: number;
  /** Planted violations that were not found. */
  readonly missed: readonly string[];
}

/** Holds a rule against the project and against what is planted. */
export const judged = <T>({ faultsOf, items, looked, name, planted }: Rule<T>): Verdict => ({
  name,
  looked,
  faults: items.length === 0 ? ['there is nothing to look at'] : items.flatMap(faultsOf),
  planted: planted.length,
  missed:
    planted.length === 0
      ? ['nothing is planted']
      : planted
          .filter(([fault, item]) => !faultsOf(item).some((found) => fault.test(found)))
          .map(([fault]) => `a planted violation is not found: ${fault}`),
});

/** The verdicts as a table for people. */
export const tableOf = (verdicts: readonly Verdict[]): string => {
  const rows = [
    ['rule', 'violations', 'planted, found', 'looked at'],
    ...verdicts.map(({ faults, looked, missed, name, planted }) => [
      name,
      String(faults.length),
      `${planted - missed.length} of ${planted}`,
      looked,
    ]),
  ];
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
