import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace, run, withFolder } from '../scratch.ts';
import { readVendor } from '../spec/vendor.ts';

/*
 * In a scratch clone under another scope, of another length and order, all is as it was:
 * types, lint, every test, generated code to the byte, tarballs. There is nothing under the old name.
 */

// Longer, so that lines break elsewhere, and behind all others, so that imports change places.
const SCOPE = '@zz-advertising-sdk';
const REPOSITORY = 'https://github.com/zz/ad-sdk';

const { core } = readVendor();

/** What must pass in the renamed clone, as a maintainer would type it. */
const STEPS: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['installs, compiles, and passes every test', 'npm', ['test']],
  ['is linted', 'npm', ['run', '-s', 'lint']],
  ['generates its code to the byte', 'node', ['tools/check/generated.ts']],
  ['packs its tarballs', 'node', ['tools/check/tarballs.ts']],
];

const timed = (name: string, work: () => void): void => {
  console.error(`· ${name}`);
  const startedAt = Date.now();
  work();
  console.log(`${name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
};

/** A clone as a maintainer has it, with all committed. */
const cloneTo = (clone: string): void => {
  copyWorkspace(clone);
  const who = ['-c', 'user.name=check', '-c', 'user.email=check@localhost'];
  run('git', ['init', '-q'], clone);
  run('git', ['add', '--all'], clone);
  run('git', [...who, 'commit', '-q', '-m', 'as it is'], clone);
};

/** An import under the old name, put back in one file, must not compile. */
const refusesTheOldName = (clone: string): void => {
  const file = join(clone, 'packages/retailmedia/src/product.ts');
  const text = readFileSync(file, 'utf8');
  const old = text.replace(`${SCOPE}/core`, () => core);
  assert.notEqual(old, text, `${file} does not import ${SCOPE}/core`);
  writeFileSync(file, old);
  const compile = (): string =>
    run('npx', ['--no-install', 'tsc', '-b', 'packages/retailmedia'], clone);
  assert.throws(compile, new RegExp(`TS2307: Cannot find module '${core}'`));
  writeFileSync(file, text);
};

withFolder((clone) => {
  timed('the clone', () => cloneTo(clone));
  timed(`the clone becomes ${SCOPE}`, () => {
    const wish = ['--scope', SCOPE, '--repository', REPOSITORY];
    run('node', ['tools/rename.ts', ...wish], clone);
    // What was installed is linked under the old name.
    rmSync(join(clone, 'node_modules'), { recursive: true });
  });
  for (const [name, command, args] of STEPS)
    timed(`the clone ${name}`, () => run(command, args, clone));
  timed(`a planted ${core} is found`, () => refusesTheOldName(clone));
});
