import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, run } from '../scratch.ts';
import { packageFolders, withBuiltCopy } from './pack.ts';
import { faultsOfRepository } from './repository.ts';
import { sbomOf } from './sbom.ts';

/*
 * What is handed from the job that builds to the job that publishes: packages/*.tgz of what is not on
 * npm yet, publish-plan.json (changesets' artifact mode), sbom/*.json, and SHA256SUMS over all of it.
 */

/** A package of the plan. */
export interface Release {
  /** Another is a private package, of which nothing is published. */
  readonly kind: 'publish' | 'tag-only';
  readonly name: string;
  readonly version: string;
  readonly access: string;
  readonly tag: string;
  readonly tarball: { readonly path: string };
}

export const SUMS = 'SHA256SUMS';

/** Builds and packs what is not on npm yet. */
export const makeArtifact = (target: string): readonly Release[] => {
  if (existsSync(target)) throw new Error(`${target} is there already; name a folder that is not.`);
  const { GITHUB_REPOSITORY: repository } = process.env;
  const faults = repository ? faultsOfRepository(packageFolders(ROOT), repository) : [];
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return withBuiltCopy((copy) => {
    mkdirSync(target, { recursive: true });
    run('npx', ['--no-install', 'changeset', 'pack', '--out-dir', target], copy);
    const releases = readPlan(target);
    writeSboms(target, releases);
    writeSums(target);
    return releases;
  });
};

/** The packages of an artifact, those that others need first. */
export const readPlan = (folder: string): readonly Release[] => {
  const { plan } = JSON.parse(readFileSync(join(folder, 'publish-plan.json'), 'utf8')) as {
    readonly plan: readonly (readonly Release[])[];
  };
  return plan.flat().filter(({ kind }) => kind === 'publish');
};

/** Where a package's bill of materials stands in an artifact. */
export const sbomFile = ({ name, version }: Pick<Release, 'name' | 'version'>): string =>
  `sbom/${basename(name)}-${version}.cdx.json`;

/** What differs from SHA256SUMS, and what stands in only one of folder and list. */
export const faultsOfSums = (folder: string): string[] => {
  const known = new Map(
    readFileSync(join(folder, SUMS), 'utf8')
      .trim()
      .split('\n')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const files = filesOf(folder);
  return [
    ...files
      .filter((file) => known.get(file) !== sha256(join(folder, file)))
      .map((file) => `${file} is not what ${SUMS} says`),
    ...[...known.keys()].filter((file) => !files.includes(file)).map((file) => `${file} is gone`),
  ];
};

const writeSboms = (target: string, releases: readonly Release[]): void => {
  const packed = releases.map(({ name, version, tarball }) => ({
    name,
    version,
    file: join(target, tarball.path),
  }));
  mkdirSync(join(target, 'sbom'));
  for (const one of packed) writeFileSync(join(target, sbomFile(one)), sbomOf(one, packed));
};

// As sha256sum writes and reads it.
const writeSums = (folder: string): void => {
  const lines = filesOf(folder).map((file) => `${sha256(join(folder, file))}  ${file}\n`);
  writeFileSync(join(folder, SUMS), lines.join(''));
};

const filesOf = (folder: string): string[] =>
  globSync('**/*.{tgz,json}', { cwd: folder })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();

const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');
