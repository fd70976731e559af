import { join } from 'node:path';
import { type LockFolder, type Manifest, ownNames, type Published } from './project.ts';
import { judged, type Verdict } from './rule.ts';

const AXIOS = { axios: '>=1.18.0 <2' };

/** What each published package needs at run time, and nothing more. Core's range follows its version. */
const NEEDS: Readonly<Record<string, Readonly<Record<string, string>> | 'core'>> = {
  commercegrid: 'core',
  core: AXIOS,
  marketing: 'core',
  marketingsolutions: 'core',
  retailmedia: 'core',
  sandbox: { ajv: '8.20.0', 'ajv-formats': '3.0.1' },
};

/** What packages may ask for in their manifests. */
export const manifestRules = (
  folders: readonly LockFolder[],
  packages: readonly Published[],
): Verdict[] => {
  const core = packages.find(({ product }) => product === 'core')?.manifest.version ?? '';
  const retailmedia = packages.find(({ product }) => product === 'retailmedia')?.manifest ?? {};
  const planted = (product: string, manifest: Manifest): Published => ({
    product,
    manifest: { ...retailmedia, ...manifest },
  });
  const folder = (manifest: Manifest): LockFolder => ({
    folder: 'planted',
    manifest,
    settings: '',
    lock: { lockfileVersion: 3, packages: {} },
  });
  return [
    judged({
      name: 'what we publish depends on what the table names, in those ranges',
      looked: packages.map(({ product }) => product).join(', '),
      items: [...packages, ...missing(packages)],
      faultsOf: (one) => needFaults(one, core),
      planted: [
        [/needs/, planted('retailmedia', { dependencies: { [ownNames().core]: '*' } })],
        [/needs/, planted('retailmedia', { dependencies: {} })],
        [/needs/, planted('core', { dependencies: { axios: '^1.7.0' } })],
        [/needs/, planted('core', { dependencies: { ...AXIOS, lodash: '4.17.21' } })],
        [/peerDependencies/, planted('retailmedia', { peerDependencies: { x: '1.0.0' } })],
        [/optionalDependencies/, planted('retailmedia', { optionalDependencies: { x: '1.0.0' } })],
        [/bundleDependencies/, planted('retailmedia', { bundleDependencies: ['axios'] })],
        [/bundledDependencies/, planted('retailmedia', { bundledDependencies: true })],
        [/is not in the table/, planted('stranger', {})],
        [/is in the table, and not there/, { product: 'commercegrid', manifest: {} }],
      ],
    }),
    judged({
      name: 'versions of tools are exact',
      looked: `${folders.flatMap(({ manifest }) => toolsOf(manifest)).length} dependencies`,
      items: folders,
      faultsOf: ({ folder, manifest }) =>
        toolsOf(manifest)
          .filter(([, range]) => !/^(?:npm:[@\w./-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(range))
          .map(([name, range]) => `${join(folder, 'package.json')} has ${name} as ${range}`),
      planted: ['^1.0.0', '~1.0.0', '1.x', 'latest', '*', 'npm:axios@^1.0.0'].map(
        (range) => [/has x as/, folder({ devDependencies: { x: range } })] as const,
      ),
    }),
  ];
};

const needFaults = ({ manifest, product }: Published, core: string): string[] => {
  const needs = NEEDS[product];
  if (needs === undefined) return [`${product} is not in the table of dependencies`];
  if (manifest.name === undefined) return [`${product} is in the table, and not there`];
  const expected = JSON.stringify(needs === 'core' ? { [ownNames().core]: `^${core}` } : needs);
  const found = JSON.stringify(manifest.dependencies ?? {});
  const others = [
    'bundleDependencies',
    'bundledDependencies',
    'optionalDependencies',
    'peerDependencies',
  ] as const;
  return [
    ...(found === expected ? [] : [`packages/${product} needs ${found}, not ${expected}`]),
    ...others
      .filter((kind) => manifest[kind] !== undefined)
      .map((kind) => `packages/${product} has ${kind}`),
  ];
};

/** Packages of the table that are not there. */
const missing = (packages: readonly Published[]): Published[] =>
  Object.keys(NEEDS)
    .filter((product) => !packages.some((one) => one.product === product))
    .map((product) => ({ product, manifest: {} }));

const toolsOf = (manifest: Manifest): [name: string, range: string][] =>
  Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
