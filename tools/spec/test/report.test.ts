import { describe, expect, it } from 'vitest';
import { compare } from '../compare/compare.ts';
import { told } from '../compare/diff.ts';
import type { ImportReport } from '../import/import.ts';
import { reportPage } from '../import/report.ts';
import { readModel } from '../model.ts';
import { answering, documentOf } from './tiny.ts';

const report = (changes: Partial<ImportReport> = {}): ImportReport => ({
  name: 'tiny/2026-07',
  base: 'tiny/2026-01',
  isNew: true,
  bump: 'none',
  release: 'minor',
  findings: [],
  breaks: [],
  unwritten: [],
  left: [],
  dropped: [],
  files: ['a.txt', 'b'],
  ...changes,
});

describe('the page of an import', () => {
  it('says what it was compared with, and what that means for whom', () => {
    expect(reportPage(report(), false)).toBe(`# tiny/2026-07: a new version

Compared with tiny/2026-01: **none** for users of the entry point. Release of the package: **minor** (docs/versioning.md).

The compiler finds no break, either.

## Written (2)

- \`a.txt\`
- \`b\`
`);
  });

  it('says that there was nothing to compare with, and that a dry run wrote nothing', () => {
    const page = reportPage(report({ base: null }), true);
    expect(page).toMatch(/^# tiny\/2026-07: a new version \(dry run: nothing was written\)\n/);
    expect(page).toContain('There is no version to compare it with. ');
    expect(page).not.toContain('compiler');
    expect(page).toContain('## Would be written (2)');
  });

  it('says in one line that nothing changed', () => {
    expect(reportPage(report({ files: [], isNew: false }), false)).toBe(
      '# tiny/2026-07: nothing changed\n\nThe document says what it said at the last import.\n',
    );
  });

  it('lists what a maintainer has to do, and what got lost', () => {
    const page = reportPage(
      report({ unwritten: ['GET /a: no summary'], left: ['$.a'], dropped: ['#/x'] }),
      false,
    );
    for (const line of [
      '## To be written in the overlay (1)\n\n- GET /a: no summary\n',
      'match nothing any more (1)\n\n- $.a\n',
      'knows no such keywords (1)\n\n- #/x\n',
    ])
      expect(page).toContain(line);
  });

  it.each([
    [0, 'major' as const, 'The compiler finds no break of its own: see the findings.'],
    [1, 'major' as const, 'The compiler finds 1 break, too.'],
    [2, 'major' as const, 'The compiler finds 2 breaks, too.'],
  ])('with %i breaks of the compiler beside %s says so', (count, bump, sentence) => {
    const one = { kind: 'key' as const, at: 'A.b', message: 'The key is gone.' };
    expect(reportPage(report({ breaks: Array(count).fill(one), bump }), false)).toContain(sentence);
  });

  it.each([
    ["has 'a@b', <img src=x>", "has 'a@&#8203;b', &lt;img src=x>"],
    ['`A.b` is [here](https://x.example)', '`A.b` is [here]\\(https://x.example)'],
    ['`A.x`@team` is gone', '`A.x`@&#8203;team&#96; is gone'],
    ['``@team`` and \\`@team`', '&#96;&#96;@&#8203;team&#96;&#96; and \\\\`@team`'],
    ['`{ a: string }[]` &lt; &', '`{ a: string }[]` &amp;lt; &'],
  ])('makes words of what is no code: %s', (message, expected) => {
    expect(reportPage(report({ left: [message] }), false)).toContain(`\n- ${expected}\n`);
  });

  it('gives a text of the document no line of its own, and no order to a terminal', () => {
    const hostile = 'x\n## Owned\n::error::x\r\u001b[31m\u202e';
    const of = (properties: string[]) =>
      readModel(
        documentOf(
          answering({
            type: 'object',
            properties: Object.fromEntries(
              ['id', ...properties].map((name) => [name, { type: 'string', enum: [name] }]),
            ),
          }),
        ),
      );
    const { findings } = compare(of([hostile]), of([]));
    expect(findings).toHaveLength(1);
    const page = reportPage(
      report({ findings: findings.map(told), dropped: [hostile], left: [hostile] }),
      false,
    );
    expect(page).toMatch(/`x ## Owned ::error::x \[31m `/);
    expect(page).not.toMatch(/^(## Owned|::)/m);
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
