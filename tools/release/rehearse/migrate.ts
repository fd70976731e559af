import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Consumer } from './consumer.ts';
import { calledMethods, compileErrors, guideLines } from './guide.ts';
import { EDITS, edited, unnamed } from './migration.ts';
import { NEW, OLD, PRODUCT } from './project.ts';
import type { Stage } from './stage.ts';

/** One import line is changed; then what the guide says about what no longer compiles. */
export const migrate = (
  { project, transcript }: Stage,
  consumer: Consumer,
  program: string,
): void => {
  const { check, show } = transcript;
  const guide = readFileSync(
    join(project.root, `docs/migrate/${PRODUCT}/${OLD}-to-${NEW}.md`),
    'utf8',
  );
  const moved = program.replace(`${PRODUCT}/${OLD}'`, `${PRODUCT}/${NEW}'`);
  check('one line of the program changed', () =>
    assert.equal(changedLines(program, moved).length, 1),
  );
  show(changedLines(program, moved).join('\n'));
  consumer.write(moved);
  const errors = compileErrors(consumer.compile());
  check('the compiler finds what changed', () => assert.ok(errors.length > 0));
  for (const error of errors) {
    const lines = guideLines(guide, error, calledMethods(moved));
    show([error.text, ...lines.map((line) => `  guide: ${line.slice(2)}`)].join('\n'));
    check(`the guide explains line ${error.line}`, () => assert.ok(lines.length > 0));
  }
  check('the guide names all that the program needs now', () =>
    assert.deepEqual(
      EDITS.flatMap((edit) => unnamed(guide, edit)),
      [],
    ),
  );
  const migrated = EDITS.reduce(edited, moved);
  show(changedLines(moved, migrated).join('\n'));
  consumer.write(migrated);
  checkRuns(transcript, consumer, `the program on /${NEW}`);
};

/** It compiles without a word, and runs. */
export const checkRuns = (
  { check, show }: Stage['transcript'],
  consumer: Consumer,
  what: string,
): string => {
  let printed = '';
  check(`${what} compiles`, () => assert.equal(consumer.compile(), ''));
  check(`${what} runs`, () => {
    printed = consumer.run();
    show(printed);
    assert.match(printed, /^balances: 57\n.*\nfunded: true\n/m);
    assert.match(printed, /open to campaigns: (?:true|false)\n$/);
  });
  return printed;
};

const changedLines = (before: string, after: string): string[] => {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return old.flatMap((line, index) =>
    line === fresh[index] ? [] : [`- ${line.trim()}\n+ ${fresh[index]?.trim()}`],
  );
};
