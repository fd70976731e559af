import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run } from '../../scratch.ts';
import { scopeOf } from '../pack.ts';
import { type LocalRegistry, startRegistry } from '../registry.ts';
import { importNew } from './bump.ts';
import { checkAgain, checkBytes, checkGuards, checkUnchanged } from './checks.ts';
import { type Consumer, makeConsumer } from './consumer.ts';
import { checkRuns, migrate } from './migrate.ts';
import { goBack, makeProject, NEW, OLD, PRODUCT } from './project.ts';
import { changelogOf, type Published, release } from './releases.ts';
import type { Stage } from './stage.ts';
import { startTranscript, type Transcript } from './transcript.ts';

/*
 * npm run release:rehearse: two releases to a registry of this machine's own. A is the project before
 * its newest version was imported, B the same after it; a user's program outside the tree goes along.
 */

export const rehearse = async (): Promise<void> => {
  const startedAt = Date.now();
  const seconds = (): string => ((Date.now() - startedAt) / 1000).toFixed(0);
  const transcript = startTranscript((line) => console.log(line));
  const folder = mkdtempSync(join(tmpdir(), 'criteo-rehearsal-'));
  let registry: LocalRegistry | undefined;
  try {
    registry = await startRegistry(folder, scopeOf(ROOT));
    play({
      folder,
      registry,
      transcript,
      step: (what) => console.error(`· ${seconds()} s ${what}`),
    });
  } catch (error) {
    transcript.stop(error);
  } finally {
    await registry?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${seconds()} s`);
  if (!transcript.close()) process.exitCode = 1;
};

interface Setting {
  readonly folder: string;
  readonly registry: LocalRegistry;
  readonly transcript: Transcript;
  readonly step: Stage['step'];
}

const [PACKAGE, SANDBOX] = [PRODUCT, 'sandbox'].map((name) => `${scopeOf(ROOT)}/${name}`) as [
  string,
  string,
];

const play = (setting: Setting): void => {
  const { folder, registry, step, transcript } = setting;
  const { part, show } = transcript;

  part(`The project before ${PRODUCT}/${NEW} was imported`);
  step('a copy of the project, taken back');
  const project = makeProject(join(folder, 'project'), registry.publisher);
  goBack(project);
  project.commit('Before');
  const stage: Stage = { ...setting, project };

  part('Release A');
  const a = release(stage, 'A');
  showChangelog(stage);
  step('packing once more, to compare');
  checkBytes(stage, a);

  part('A user of A');
  step('installing A');
  const consumer = makeConsumer(join(folder, 'consumer'), registry.user);
  show(consumer.install(PACKAGE, SANDBOX));
  checkInstalled(transcript, consumer, a);
  const program = readFileSync(join(ROOT, 'test/release/spending.ts'), 'utf8');
  consumer.write(program);
  const before = checkRuns(transcript, consumer, `the program on /${OLD}`);

  part(`The spec bump: ${PRODUCT}/${NEW} is imported`);
  importNew(stage);
  project.commit(`Import ${PRODUCT} ${NEW}`);

  part('Release B');
  const b = release(stage, 'B');
  showChangelog(stage);
  checkUnchanged(stage, a, b);
  checkGuards(stage, b);
  checkAgain(stage, b);

  part('The user upgrades, and changes nothing');
  step('installing B');
  show(consumer.install(`${PACKAGE}@latest`, `${SANDBOX}@latest`));
  checkInstalled(transcript, consumer, b);
  transcript.check('the program prints what it printed before', () =>
    assert.equal(checkRuns(transcript, consumer, `the program on /${OLD}`), before),
  );

  part(`The user moves to /${NEW}`);
  migrate(stage, consumer, program);

  part('A is deprecated');
  deprecate(stage, a, b);
};

const showChangelog = (stage: Stage): void =>
  stage.transcript.show(`The changelog of ${PACKAGE}:\n\n${changelogOf(stage, PRODUCT)}`);

const versionIn = ({ releases }: Published, wanted: string): string | undefined =>
  releases.find(({ name }) => name === wanted)?.version;

const checkInstalled = ({ check }: Transcript, consumer: Consumer, released: Published): void =>
  check('npm installed what was just published', () => {
    for (const name of [PACKAGE, SANDBOX])
      assert.equal(consumer.versionOf(name), versionIn(released, name));
  });

const deprecate = (
  { folder, project, registry, transcript }: Stage,
  a: Published,
  b: Published,
): void => {
  const [old, fresh] = [a, b].map((one) => versionIn(one, PACKAGE));
  const words = `Superseded by ${fresh}. Run: npm install ${PACKAGE}@latest; imports stay as they are.`;
  run('npm', ['deprecate', `${PACKAGE}@${old}`, words], project.root, registry.publisher);
  const told = (version = ''): string =>
    run('npm', ['view', `${PACKAGE}@${version}`, 'deprecated'], project.root, registry.user).trim();
  transcript.check('npm view says so, of A alone', () => {
    assert.equal(told(old), words);
    assert.equal(told(fresh), '');
  });
  // Somebody else, with a cache of their own.
  const user = { ...registry.user, npm_config_cache: join(folder, 'other-cache') };
  const other: Consumer = makeConsumer(join(folder, 'other'), user);
  const said = other.install(`${PACKAGE}@${old}`);
  transcript.show(said);
  transcript.check('who installs A is told what to do', () => assert.ok(said.includes(words)));
};
