import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as pullRequest from '../pull-request.ts';
import { newestRelease } from './changelog.ts';
import { packageFolders } from './pack.ts';

/** What `release version` wrote becomes the one pull request "Release"; merging it publishes. */
export const propose = (root: string, isDryRun: boolean, tell: (line: string) => void): void => {
  const releases = releasesIn(root);
  if (releases.length === 0) {
    tell('no version moved since the last commit; run first: npm run release -- version');
    return;
  }
  pullRequest.propose({
    root,
    branch: 'release',
    title: 'Release',
    paths: ['.changeset', 'package-lock.json', 'packages'],
    page: pageOf(releases),
    more: 'The rest stands in packages/*/CHANGELOG.md.',
    isDryRun,
    tell,
  });
};

interface VersionedPackage {
  readonly name: string;
  readonly version: string;
  readonly changelog: string;
}

const releasesIn = (root: string): VersionedPackage[] =>
  packageFolders(root).flatMap((folder) => {
    const { name, version } = JSON.parse(read(folder, 'package.json')) as VersionedPackage;
    if (version === committedVersion(root, folder)) return [];
    return [{ name, version, changelog: newestRelease(read(folder, 'CHANGELOG.md')) }];
  });

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

const committedVersion = (root: string, folder: string): string | undefined => {
  const path = `packages/${basename(folder)}/package.json`;
  const options = { cwd: root, encoding: 'utf8' } as const;
  if (execFileSync('git', ['ls-tree', '--name-only', 'HEAD', '--', path], options) === '') return;
  const text = execFileSync('git', ['show', `HEAD:${path}`], options);
  return (JSON.parse(text) as VersionedPackage).version;
};

const pageOf = (releases: readonly VersionedPackage[]): string =>
  [
    'Merging this publishes what is below. Read it as a user will; the changelogs may be edited here.',
    ...releases.map(({ name, version, changelog }) => `## ${name} ${version}\n\n${changelog}`),
  ]
    .join('\n\n')
    .concat('\n');
