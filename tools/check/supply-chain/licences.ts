import { type Locked, type LockFolder, withPackage } from './project.ts';
import { judged, type Verdict } from './rule.ts';

const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Under which licences is what users install with our packages. */
export const licenceRules = (root: LockFolder): Verdict[] => {
  const { license: _, ...unlicensed } = root.lock.packages['node_modules/form-data'] ?? {};
  return [
    judged({
      name: 'what users install has a licence that asks nothing of them',
      looked: `${installed(root).length} packages: ${licencesOf(root).join(', ')}`,
      items: [root],
      faultsOf: licenceFaults,
      planted: [
        [/form-data has no licence/, withPackage(root, 'form-data', unlicensed)],
        ...['GPL-3.0-only', '(MIT AND GPL-3.0-only)', 'SEE LICENSE IN LICENSE.md'].map(
          (license) =>
            [
              /form-data is under/,
              withPackage(root, 'form-data', { ...unlicensed, license }),
            ] as const,
        ),
      ],
    }),
  ];
};

const licenceFaults = (root: LockFolder): string[] =>
  installed(root).flatMap((path) => {
    const { license } = root.lock.packages[path] ?? {};
    if (license === undefined) return [`${path} has no licence`];
    return isAllowed(license) ? [] : [`${path} is under ${license}`];
  });

/** One of the licences to choose from is enough. */
const isAllowed = (license: string): boolean =>
  license
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((one) => ALLOWED.includes(one));

const licencesOf = (root: LockFolder): string[] =>
  [...new Set(installed(root).map((path) => root.lock.packages[path]?.license ?? 'none'))].sort();

/** Where lies what comes with the published packages: their dependencies, and those of these. */
const installed = ({ lock: { packages } }: LockFolder): string[] => {
  const isOurs = (path: string): boolean => /^packages\/[^/]+$/.test(path);
  const found = new Set(Object.keys(packages).filter(isOurs));
  for (const path of found)
    for (const name of needsOf(packages[path] ?? {})) found.add(placeOf(packages, path, name));
  return [...found].filter((path) => !isOurs(path)).sort();
};

const needsOf = ({ dependencies, optionalDependencies }: Locked): string[] =>
  Object.keys({ ...dependencies, ...optionalDependencies });

/** Where Node finds a package from there: the nearest node_modules that has it. */
const placeOf = (packages: LockFolder['lock']['packages'], from: string, name: string): string => {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  const one = packages[place];
  if (one !== undefined) return one.link === true ? (one.resolved ?? place) : place;
  if (from === '')
    throw new Error(`The lock file lacks ${name}; run npm install --ignore-scripts.`);
  return placeOf(
    packages,
    from.replace(/(?:^|\/)(?:node_modules\/)?(?:@[^/]+\/)?[^/]+$/, ''),
    name,
  );
};
