import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scratch.ts';
import { faultsOfUnchanged } from '../rehearse/checks.ts';
import { calledMethods, compileErrors, guideLines } from '../rehearse/guide.ts';
import { EDITS, edited, unnamed } from '../rehearse/migration.ts';
import { startTranscript } from '../rehearse/transcript.ts';

/*
 * The parts of the rehearsal that decide whether something holds, each with a case where it does not.
 */

const PROGRAM = `const a = await client.thing.getThings({ page: 1 });
console.log(a.meta?.total, client.other.setOther);
`;

const GUIDE = `# From 1 to 2

## What breaks

### \`Things\`

- \`Things.meta\` is gone. New beside it, of the same type: \`metadata\`. Reaches \`thing.getThings\`.
- \`Others.meta\` is gone. Reaches \`other.getOthers\`.
- \`thing.getThings\`, parameter \`page\`, is gone.

## What else adds

- \`Things.total\` is new. Reaches \`thing.getThings\`.
- \`thing.getThings\`, parameter \`meta\`, is new.
`;

const OUTPUT = `a.ts(1,42): error TS2353: Object literal may only specify known properties, and 'page' does not exist in type 'P'.
a.ts(2,15): error TS2339: Property 'meta' does not exist on type 'Things'.
  a line that goes on
a.ts(2,20): error TS2339: Property 'total' does not exist on type 'M'.
`;

describe('what a guide says of an error', () => {
  const lines = compileErrors(OUTPUT).map((error) =>
    guideLines(GUIDE, error, calledMethods(PROGRAM)),
  );

  it('is found by the name that is missing and by a method that the program calls', () => {
    expect(calledMethods(PROGRAM)).toEqual(['thing.getThings']);
    expect(compileErrors(OUTPUT).map(({ line }) => line)).toEqual([1, 2, 2]);
    expect(lines[0]).toEqual(['- `thing.getThings`, parameter `page`, is gone.']);
    expect(lines[1]).toEqual([
      '- `Things.meta` is gone. New beside it, of the same type: `metadata`. Reaches `thing.getThings`.',
    ]);
  });

  it('is nothing where the guide says nothing under what breaks', () => {
    expect(lines[2]).toEqual([]);
    expect(guideLines('# Empty\n', { text: '', line: 1, message: "'meta'" }, [])).toEqual([]);
  });
});

describe('the edits of the program', () => {
  const program = readFileSync(join(ROOT, 'test/release/spending.ts'), 'utf8');

  it('apply one after another', () => {
    const migrated = EDITS.reduce(edited, program);
    for (const { names } of EDITS)
      for (const name of names) expect(migrated).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('fail where there is nothing, or more than one place, to edit', () => {
    expect(() => edited('a b', { from: 'c', to: 'd', names: [] })).toThrow('stands 0 times');
    expect(() => edited('c c', { from: 'c', to: 'd', names: [] })).toThrow('stands 2 times');
  });

  it('bring in what the guide names, and nothing else', () => {
    expect(unnamed(GUIDE, { from: '', to: '', names: ['metadata', 'total'] })).toEqual([]);
    expect(unnamed(GUIDE, { from: '', to: '', names: ['tota', 'invented'] })).toEqual([
      'tota',
      'invented',
    ]);
  });
});

describe('files of a subpath that did not change', () => {
  const before = new Map([
    ['dist/1/index.d.ts', '/** Client of 1. Ends soon. */'],
    ['dist/1/generated/life.js', "  endsOn: 'soon',\n"],
    ['dist/1/generated/models.d.ts', 'export interface Thing {}'],
  ]);
  const files = [...before.keys()];
  const faults = (path: string, text: string): string[] =>
    faultsOfUnchanged(before, new Map([...before, [path, text]]), files);

  it('may name another successor', () => {
    const client = '/** Client of 1. Ends soon; `@acme/a/2` is its successor. */';
    expect(faults('dist/1/index.d.ts', client)).toEqual([]);
    const life = "  endsOn: 'soon',\n  successor: '@acme/a/2',\n";
    expect(faults('dist/1/generated/life.js', life)).toEqual([]);
  });

  it.each([
    ['dist/1/index.d.ts', '/** Client of 1. Ended. */'],
    ['dist/1/generated/life.js', "  endsOn: 'later',\n"],
    ['dist/1/generated/models.d.ts', 'export interface Thing { a: string }'],
  ])('may say nothing else anew: %s', (path, text) => expect(faults(path, text)).toEqual([path]));

  it('may not be gone', () => {
    const less = new Map([...before].slice(0, 2));
    expect(faultsOfUnchanged(before, less, files)).toEqual(['dist/1/generated/models.d.ts']);
  });
});

describe('a transcript', () => {
  it('counts what holds and what does not, and goes on', () => {
    const said: string[] = [];
    const transcript = startTranscript((line) => said.push(line));
    transcript.check('it holds', () => {});
    transcript.check('it does not', () => {
      throw new Error('two\nlines');
    });
    expect(transcript.close()).toBe(false);
    expect(said.join('\n')).toBe(
      '  ok it holds\n  FAILED it does not\n    two\n    lines\n\n1 passed, 1 failed',
    );
  });

  it('is not content with nothing, nor with an end before the end', () => {
    expect(startTranscript(() => {}).close()).toBe(false);
    const stopped = startTranscript(() => {});
    stopped.check('it holds', () => {});
    stopped.stop(new Error('no registry'));
    expect(stopped.close()).toBe(false);
  });
});
