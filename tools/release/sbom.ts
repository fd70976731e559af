import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, run, withFolder } from '../scratch.ts';

/*
 * What a user of a package gets beside it, as npm lists it (CycloneDX): the packed package as a project,
 * with those of ours that are released together laid beside it, as they are on no registry yet.
 */

export interface Packed {
  /** As on npm, with the scope. */
  readonly name: string;
  readonly version: string;
  /** Where the tarball lies. */
  readonly file: string;
}

/** The bill of materials of a packed package, as text. */
export const sbomOf = (packed: Packed, beside: readonly Packed[]): string =>
  withFolder((folder) => {
    // npm calls the package after its folder.
    const project = join(folder, basename(packed.name));
    unpack(packed, project);
    const { dependencies = {} } = manifestOf(project);
    for (const one of beside.filter(({ name }) => Object.hasOwn(dependencies, name)))
      unpack(one, join(project, 'node_modules', one.name));
    const quiet = ['--package-lock-only', '--omit', 'dev', '--loglevel=error'];
    run('npm', ['install', '--ignore-scripts', ...quiet], project);
    const kind = ['--sbom-format', 'cyclonedx', '--sbom-type', 'library'];
    const text = run('npm', ['sbom', ...kind, ...quiet], project);
    const faults = faultsOfSbom(JSON.parse(text) as Sbom, dependencies, ownTools());
    if (faults.length === 0) return text;
    throw new Error(`The bill of materials of ${packed.name} is wrong:\n${faults.join('\n')}`);
  });

/** What is wrong with a list: it must name each dependency, with a version, and none of our tools. */
export const faultsOfSbom = (
  { components = [] }: Sbom,
  dependencies: Readonly<Record<string, string>>,
  tools: readonly string[],
): string[] => {
  const listed = components.map(({ purl }) => purl);
  const has = (name: string): boolean =>
    listed.some((purl) => new RegExp(`^${purlOf(name)}@\\d+\\.\\d+\\.\\d+`).test(purl));
  return [
    ...Object.keys(dependencies)
      .filter((name) => !has(name))
      .map((name) => `${name} is a dependency and is not listed with a version`),
    ...tools.filter(has).map((name) => `${name} is a tool of ours and no user gets it`),
  ];
};

interface Sbom {
  readonly components?: readonly { readonly purl: string }[];
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const purlOf = (name: string): string => `pkg:npm/${name.replace('@', '%40')}`;

const unpack = ({ file }: Packed, folder: string): void => {
  mkdirSync(folder, { recursive: true });
  run('tar', ['-xzf', file, '-C', folder, '--strip-components=1'], folder);
};

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

// What users get as well, such as ajv of the sandbox, is no sign of a tool.
const ownTools = (): string[] => {
  const shared = new Set(
    ['core', 'sandbox'].flatMap((name) =>
      Object.keys(manifestOf(join(ROOT, 'packages', name)).dependencies ?? {}),
    ),
  );
  return Object.keys(manifestOf(ROOT).devDependencies ?? {}).filter((name) => !shared.has(name));
};
