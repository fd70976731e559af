import { describe, expect, it } from 'vitest';
import { type MutationReport, verdictOf, writeReport } from './report.ts';

const mutants = (status: string, count: number, statusReason?: string) =>
  Array.from({ length: count }, (_, line) => ({
    status,
    location: { start: { line } },
    ...(statusReason !== undefined && { statusReason }),
  }));

const reportOf = (files: Record<string, ReturnType<typeof mutants>>): MutationReport => ({
  files: Object.fromEntries(
    Object.entries(files).map(([name, found]) => [`packages/core/src/${name}`, { mutants: found }]),
  ),
});

describe('the verdict on a mutation report', () => {
  it('counts what a test noticed, or that ran for ever, over all that was tried', () => {
    const all = [
      ...mutants('Killed', 80),
      ...mutants('Timeout', 5),
      ...mutants('Survived', 10),
      ...mutants('NoCoverage', 5),
      ...mutants('CompileError', 100),
    ];
    expect(verdictOf(reportOf({ 'a.ts': all }))).toEqual({ score: 85, faults: [] });
  });

  it('refuses a lower score', () => {
    const report = reportOf({ 'a.ts': [...mutants('Killed', 84), ...mutants('Survived', 16)] });
    expect(verdictOf(report).faults).toEqual(['The mutation score is below 85 %.']);
  });

  it('refuses more than ten places that are switched off, or one without a reason', () => {
    const good = mutants('Killed', 1);
    expect(
      verdictOf(reportOf({ 'a.ts': [...good, ...mutants('Ignored', 10, 'why')] })).faults,
    ).toEqual([]);
    expect(
      verdictOf(reportOf({ 'a.ts': [...good, ...mutants('Ignored', 11, 'why')] })).faults,
    ).toEqual(['11 places are switched off.']);
    expect(verdictOf(reportOf({ 'a.ts': [...good, ...mutants('Ignored', 1, '')] })).faults).toEqual(
      ['a.ts:0 is switched off without a reason.'],
    );
  });
});

describe('the page', () => {
  it('names its commit, the weakest file first, and what is switched off', () => {
    const page = writeReport(
      reportOf({
        'strong.ts': mutants('Killed', 3),
        'weak.ts': [...mutants('Killed', 1), ...mutants('Survived', 1)],
        'types.ts': [],
        'off.ts': [...mutants('Killed', 1), ...mutants('Ignored', 1, 'made of a date')],
      }),
      'abc1234',
    );
    expect(page).toContain('at commit abc1234:');
    expect(page).toContain('| **all** | 6 | 1 | 83.3 |\n| weak.ts | 2 | 1 | 50.0 |\n| off.ts |');
    expect(page).not.toContain('types.ts');
    expect(page).toContain('- off.ts:0: made of a date');
  });
});
