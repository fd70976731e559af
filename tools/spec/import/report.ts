import type { Level } from '../compare/policies.ts';
import { inMarkdown } from '../errors.ts';
import type { ImportReport } from './import.ts';

/** What an import did, as a page: the body of a pull request. */
export const reportPage = (report: ImportReport, isDryRun: boolean): string => {
  const { base, breaks, bump, dropped, files, findings, isNew, left, name, release, unwritten } =
    report;
  if (files.length === 0)
    return `# ${name}: nothing changed\n\nThe document says what it said at the last import.\n`;
  const verdict = base
    ? `Compared with ${base}: **${bump}** for users of the entry point.`
    : 'There is no version to compare it with.';
  return [
    `# ${name}: ${isNew ? 'a new version' : 'changed in place'}${isDryRun ? ' (dry run: nothing was written)' : ''}`,
    `${verdict} Release of the package: **${release}** (docs/versioning.md).`,
    ...(base ? [compilerLine(breaks.length, bump)] : []),
    ...(['major', 'minor', 'patch'] as const).flatMap((level) => part(level, findings)),
    ...listed('To be written in the overlay', unwritten),
    ...listed('Left behind: these actions of the overlay match nothing any more', left),
    ...listed('Dropped: OpenAPI 3.0 knows no such keywords', dropped),
    ...listed(
      isDryRun ? 'Would be written' : 'Written',
      files.map((file) => `\`${file}\``),
    ),
  ]
    .join('\n\n')
    .concat('\n');
};

const compilerLine = (breaks: number, bump: Level): string =>
  breaks === 0
    ? `The compiler finds no break${bump === 'major' ? ' of its own: see the findings' : ', either'}.`
    : `The compiler finds ${breaks} break${breaks === 1 ? '' : 's'}, too.`;

const TITLES = { major: 'Breaks', minor: 'Adds', patch: 'Moves no type' } as const;

const part = (level: keyof typeof TITLES, findings: ImportReport['findings']): string[] =>
  listed(
    TITLES[level],
    findings
      .filter((finding) => finding.level === level)
      .map(({ kind, message, methods }) => {
        const reach = methods.length > 1 ? ` (${methods.length} methods)` : '';
        return `${message}${reach} \`${kind}\``;
      }),
  );

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : [
        `## ${title} (${lines.length})\n\n${lines.map((line) => `- ${inMarkdown(line)}`).join('\n')}`,
      ];
