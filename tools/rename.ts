import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OWNERS_FILE, type Plan, placesOf, planOf, RenameError } from './rename/plan.ts';
import { projectFiles, ROOT, run } from './scratch.ts';
import { SpecError } from './spec/errors.ts';

/*
 * npm run rename -- --scope @acme-ads --repository https://github.com/acme/ads --owners '@acme/ads-team @you'
 * Gives the packages another scope on npm, wherever it stands, names the repository in what is published, and those
 * who are asked to review. Each of the three can be said alone.
 *   --force  also with changes that are not committed
 */

const main = (): void => {
  const { values } = parseArgs({
    options: {
      scope: { type: 'string' },
      repository: { type: 'string' },
      owners: { type: 'string' },
      force: { type: 'boolean' },
    },
  });
  const plan = planOf(ROOT, values);
  for (const [path, text] of plan.texts) writeFileSync(join(ROOT, path), text);
  console.error(`· ${plan.texts.size} files rewritten`);
  finish(plan);
  for (const line of nextSteps(plan)) console.log(line);
};

/** What the texts bring with them: order and length of lines, order in the lock file. */
const finish = ({ from, texts, to }: Plan): void => {
  try {
    console.error('· sorting imports, formatting');
    const lenient = ['--files-ignore-unknown=true', '--no-errors-on-unmatched'];
    const biome = ['biome', 'check', '--write', ...lenient];
    run('npx', ['--no-install', ...biome, ...texts.keys()], ROOT);
    if (from === to) return;
    console.error('· sorting the lock file');
    run('npm', ['install', '--package-lock-only', '--ignore-scripts'], ROOT);
  } catch (error) {
    throw new RenameError(
      `The files are rewritten, but: ${(error as Error).message}\nTo go back: git restore .`,
    );
  }
  refuseRest(from);
};

const refuseRest = (from: string): void => {
  const files = projectFiles().filter((path) => path !== OWNERS_FILE);
  const rest = files.filter(
    (path) =>
      placesOf(from).test(path) || placesOf(from).test(readFileSync(join(ROOT, path), 'utf8')),
  );
  if (rest.length > 0) throw new RenameError(`${from} still stands in: ${rest.join(', ')}`);
};

const nextSteps = ({ from, texts, to }: Plan): string[] => [
  from === to
    ? `Rewritten: ${[...texts.keys()].join(', ')}.`
    : `${from} is ${to} now, in ${texts.size} files; what a line-by-line rewriting cannot know was formatted and sorted.`,
  'Next:',
  '  git diff --stat   # look',
  '  npm test          # links the packages under their names, builds and tests',
  '  npm run generate  # changes nothing (needs Java 17)',
  '  git commit -am "…"',
];

const isFault = (error: unknown): error is Error =>
  error instanceof RenameError ||
  error instanceof SpecError ||
  (error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS'));

try {
  main();
} catch (error) {
  if (!isFault(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
