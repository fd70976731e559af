import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf, type OperationFact } from '../spec/facts.ts';
import { listSpecs, ROOT, specName } from '../spec/registry.ts';

/*
 * docs/everyday.md: which operations of which version list, create jobs and answer with files, from the facts.
 *   --write  writes it; without, a test compares
 */

export const EVERYDAY = 'docs/everyday.md';

/** The page as the documents give it. */
export const everydayPage = (): string => {
  const versions = listSpecs().map((entry) => ({ name: specName(entry), facts: factsOf(entry) }));
  const counts = versions.map(({ name, facts }) =>
    row([name, ...[isList, isJob, isFile].map((is) => String(facts.filter(is).length))]),
  );
  return [
    '# Lists, jobs and files',
    '',
    'Written by `npx -c "node tools/check/everyday.ts --write"` from the documents and their overlays. What to do with them:',
    '[using the clients](using.md#lists). Each one is walked on the sandbox by [a test](../test/everyday).',
    '',
    row(['version', 'lists', 'jobs', 'files']),
    row(['---', '--:', '--:', '--:']),
    ...counts,
    ...versions.flatMap(({ name, facts }) => sectionOf(name, facts)),
    '',
  ].join('\n');
};

const isList = ({ paging }: OperationFact): boolean => paging !== null;
const isJob = ({ job }: OperationFact): boolean =>
  (job as { role?: unknown } | null)?.role === 'create';
const isFile = ({ responseKinds }: OperationFact): boolean => responseKinds.includes('bytes');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const sectionOf = (name: string, facts: readonly OperationFact[]): string[] => {
  const lines = [
    ...tableOf(['list', 'by', 'items of a page', 'at most'], facts.filter(isList), ({ paging }) => {
      const { style, defaultSize, maxSize } = paging as Readonly<Record<string, unknown>>;
      return [style === 'page' ? 'page' : 'offset', defaultSize, maxSize];
    }),
    ...tableOf(['job', 'status', 'output'], facts.filter(isJob), ({ job }) => {
      const { status, output } = job as Readonly<Record<string, unknown>>;
      return [`\`${status}\``, `\`${output}\``];
    }),
    ...tableOf(['file', 'of'], facts.filter(isFile), ({ job }) => [
      job === null ? 'its own call' : 'a job',
    ]),
  ];
  return lines.length === 0 ? [] : ['', `## ${name}`, ...lines];
};

const tableOf = (
  head: readonly string[],
  facts: readonly OperationFact[],
  cells: (fact: OperationFact) => readonly unknown[],
): string[] =>
  facts.length === 0
    ? []
    : [
        '',
        row(head),
        row(head.map(() => '---')),
        ...facts
          .map((fact): [string, OperationFact] => [`\`${fact.group}.${fact.name}\``, fact])
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([called, fact]) => row([called, ...cells(fact).map((cell) => String(cell ?? ''))])),
      ];

if (process.argv.includes('--write')) writeFileSync(join(ROOT, EVERYDAY), everydayPage());
