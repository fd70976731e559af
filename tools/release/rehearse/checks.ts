import assert from 'node:assert/strict';
import { appendFileSync, cpSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from '../../scratch.ts';
import { NEW, PRODUCT } from './project.ts';
import { type Published, TOOL } from './releases.ts';
import type { Stage } from './stage.ts';

/** The release's tarballs are those that any clone packs. */
export const checkBytes = ({ folder, project, transcript }: Stage, published: Published): void => {
  const packed = join(folder, 'packed');
  project.tool(TOOL, 'pack', packed);
  transcript.check('changesets packs the same bytes as npm pack in another copy', () => {
    const paths = published.releases.map(({ tarball }) => tarball.path);
    assert.deepEqual(
      paths.map((path) => basename(path)).sort(),
      globSync('*.tgz', { cwd: packed }).sort(),
    );
    for (const path of paths)
      assert.ok(
        readFileSync(join(published.folder, path)).equals(
          readFileSync(join(packed, basename(path))),
        ),
        `${path} has other bytes`,
      );
  });
};

/** What must not be published is refused. */
export const checkGuards = ({ folder, project, transcript }: Stage, published: Published): void => {
  const elsewhere = { npm_config_registry: 'https://registry.example/' };
  const refused = project.attempt([TOOL, 'publish', published.folder], elsewhere);
  transcript.show(refused.text);
  transcript.check('a registry that is not of this machine is refused', () => {
    assert.equal(refused.status, 1);
    assert.match(refused.text, /Nothing is published to https:\/\/registry\.example\//);
  });
  const github = { GITHUB_REPOSITORY: 'acme/ads' };
  const unnamed = project.attempt([TOOL, 'artifact', join(folder, 'unnamed')], github);
  transcript.show(unnamed.text);
  transcript.check(
    'in a workflow of a repository that the packages do not name nothing is packed',
    () => {
      assert.equal(unnamed.status, 1);
      assert.match(unnamed.text, /npm pkg set repository\.type=git repository\.url=\S+acme\/ads/);
    },
  );
  const touched = join(folder, 'touched');
  cpSync(published.folder, touched, { recursive: true });
  const [{ tarball } = { tarball: { path: '' } }] = published.releases;
  appendFileSync(join(touched, tarball.path), '\n');
  const found = project.attempt([TOOL, 'publish', touched]);
  transcript.check('a tarball that somebody touched is refused', () => {
    assert.equal(found.status, 1);
    assert.ok(found.text.includes(`${tarball.path} is not what SHA256SUMS says`), found.text);
  });
};

/** A second run, as after a workflow that was started again. */
export const checkAgain = ({ project, transcript }: Stage, { folder }: Published): void => {
  const again = project.tool(TOOL, 'publish', folder);
  transcript.show(again);
  transcript.check('a second publish has nothing to publish', () =>
    assert.match(again, /^nothing to publish/),
  );
};

/** Of the versions that were there before, only what names their successor differs. */
export const checkUnchanged = ({ folder, transcript }: Stage, a: Published, b: Published): void => {
  const before = filesOf(join(folder, 'unpacked-a'), a);
  const after = filesOf(join(folder, 'unpacked-b'), b);
  const old = [...before.keys()].filter((file) => /^(?:dist|src)\/\d{4}-\d{2}\//.test(file));
  const changed = old.filter((file) => before.get(file) !== after.get(file));
  transcript.show(`${old.length} files of older versions, other bytes in ${changed.join(', ')}`);
  transcript.check(
    'older subpaths are the same to the byte, but for the name of a successor',
    () => {
      assert.ok(old.length > 200);
      assert.deepEqual(faultsOfUnchanged(before, after, old), []);
    },
  );
  transcript.check(`${NEW} is new in the package`, () => {
    const isNew = (file: string): boolean => file.startsWith(`dist/${NEW}/`);
    assert.ok(![...before.keys()].some(isNew) && [...after.keys()].some(isNew));
  });
};

/** What differs in these files beyond the successor of their version. */
export const faultsOfUnchanged = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  files: readonly string[],
): string[] => {
  // Maps count the columns of a comment, too.
  const meant = /\/(?:index|generated\/life)\.(?:ts|js|d\.ts|js\.map|d\.ts\.map)$/;
  return files
    .filter((file) => before.get(file) !== after.get(file))
    .filter((file) => {
      const isSame = withoutSuccessor(before.get(file)) === withoutSuccessor(after.get(file));
      return !meant.test(file) || !(isSame || file.endsWith('.map'));
    });
};

const filesOf = (
  folder: string,
  { folder: artifact, releases }: Published,
): Map<string, string> => {
  const path = releases.find(({ name }) => basename(name) === PRODUCT)?.tarball.path ?? '';
  mkdirSync(folder);
  run('tar', ['-xzf', join(artifact, path), '-C', folder, '--strip-components=1'], folder);
  const files = globSync('**/*.*', { cwd: folder }).filter((file) => /\.\w+$/.test(file));
  return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
};

const withoutSuccessor = (text = ''): string =>
  text.replace(/^ +successor: .*\n/m, '').replace(/; `[^`]+` is its successor/, '');
