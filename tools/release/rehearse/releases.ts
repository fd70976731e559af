import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Release, readPlan, sbomFile } from '../artifact.ts';
import { newestRelease } from '../changelog.ts';
import type { Stage } from './stage.ts';

/** The command that is rehearsed. */
export const TOOL = 'tools/release/main.ts';

/** What a release made and published. */
export interface Published {
  readonly folder: string;
  readonly releases: readonly Release[];
}

/** A whole release, by the commands that the workflow runs. */
export const release = (stage: Stage, name: string): Published => {
  const { project, registry, step, transcript } = stage;
  const folder = join(stage.folder, `artifact-${name}`);
  const isPending = (): boolean => project.tool(TOOL, 'pending').trim() === 'true';
  step(`${name}: versions and changelogs`);
  // On the pull request "Release" itself nothing is pending for A: it is released as it stands.
  if (isPending()) {
    project.tool(TOOL, 'version');
    project.commit(`Release ${name}`);
  }
  transcript.check('nothing is pending after release version', () =>
    assert.equal(isPending(), false),
  );
  step(`${name}: building, packing, bills of materials`);
  project.tool(TOOL, 'artifact', folder);
  const releases = readPlan(folder);
  transcript.show(project.tool(TOOL, 'publish', folder, '--dry-run'));
  transcript.check('each package has a bill of materials with its dependencies', () => {
    for (const one of releases) checkSbom(folder, one);
  });
  step(`${name}: publishing to ${registry.url}`);
  transcript.show(project.tool(TOOL, 'publish', folder));
  return { folder, releases };
};

/** The newest release of a changelog in the copy. */
export const changelogOf = ({ project }: Stage, product: string): string =>
  newestRelease(readFileSync(join(project.root, 'packages', product, 'CHANGELOG.md'), 'utf8'));

const checkSbom = (folder: string, release: Release): void => {
  const { components } = JSON.parse(readFileSync(join(folder, sbomFile(release)), 'utf8')) as {
    readonly components: readonly { readonly purl: string }[];
  };
  const purls = components.map(({ purl }) => purl).join('\n');
  const kind = basename(release.name);
  if (!['core', 'sandbox'].includes(kind))
    assert.match(purls, /^pkg:npm\/%40[\w-]+\/core@\d+\.\d+\.\d+$/m, release.name);
  assert.match(purls, kind === 'sandbox' ? /^pkg:npm\/ajv@8\./m : /^pkg:npm\/axios@1\./m);
  assert.doesNotMatch(purls, /\/(?:typescript|vitest|nx)@/);
};
