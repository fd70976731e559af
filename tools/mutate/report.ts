/** What Stryker writes, as far as it is read here (mutation-testing-report-schema 2). */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  /** Of one that is switched off: its comment. */
  readonly statusReason?: string;
  readonly location: { readonly start: { readonly line: number } };
}

export const LOWEST_SCORE = 85;
const MOST_IGNORED = 10;

/** The score over all files, and what is wrong with this report. */
export const verdictOf = (report: MutationReport): { score: number; faults: string[] } => {
  const { score } = sumOf(allMutants(report));
  const off = ignored(report);
  const faults = [
    ...(score < LOWEST_SCORE ? [`The mutation score is below ${LOWEST_SCORE} %.`] : []),
    ...(off.length > MOST_IGNORED ? [`${off.length} places are switched off.`] : []),
    ...off
      .filter(({ reason }) => !reason)
      .map(({ at }) => `${at} is switched off without a reason.`),
  ];
  return { score, faults };
};

/** The page docs/mutation.md. */
export const writeReport = (report: MutationReport, commit: string): string => {
  const files = Object.entries(report.files)
    .map(([path, { mutants }]) => ({ name: nameOf(path), ...sumOf(mutants) }))
    .filter(({ found, missed }) => found + missed > 0)
    .sort((a, b) => a.score - b.score || a.name.localeCompare(b.name));
  const all = sumOf(allMutants(report));
  const row = (name: string, { found, missed, score }: Sum): string =>
    `| ${name} | ${found + missed} | ${missed} | ${score.toFixed(1)} |`;
  const off = ignored(report).map(({ at, reason }) => `- ${at}: ${reason}`);
  return `# Mutation score of core

Written by \`npm run mutate\` at commit ${commit}: each line is how many small changes of a file of
\`packages/core/src\` were tried, and how many of them no test of \`packages/core/test\` noticed. Changes that
make no difference to anybody count as unnoticed, too.

| file | changes | unnoticed | score in % |
|---|---|---|---|
${row('**all**', all)}
${files.map((file) => row(file.name, file)).join('\n')}

Switched off in the source, of at most ${MOST_IGNORED}:

${off.length === 0 ? 'nothing.' : off.join('\n')}
`;
};

interface Sum {
  readonly found: number;
  readonly missed: number;
  readonly score: number;
}

const FOUND: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
const MISSED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage']);

const sumOf = (mutants: readonly Mutant[]): Sum => {
  const found = mutants.filter(({ status }) => FOUND.has(status)).length;
  const missed = mutants.filter(({ status }) => MISSED.has(status)).length;
  return { found, missed, score: (100 * found) / Math.max(1, found + missed) };
};

const allMutants = ({ files }: MutationReport): Mutant[] =>
  Object.values(files).flatMap(({ mutants }) => mutants);

const nameOf = (path: string): string => path.replace('packages/core/src/', '');

/** Places that are switched off, each once. */
const ignored = ({ files }: MutationReport): { at: string; reason: string }[] => {
  const places = new Map<string, string>();
  for (const [path, { mutants }] of Object.entries(files))
    for (const { status, statusReason = '', location } of mutants)
      if (status === 'Ignored') places.set(`${nameOf(path)}:${location.start.line}`, statusReason);
  return [...places].map(([at, reason]) => ({ at, reason }));
};
