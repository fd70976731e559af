import { type LockFolder, lockedPackages, withPackage } from './project.ts';
import { judged, type Verdict } from './rule.ts';

/** Where what was found in a package ends, in each line of its versions that has such an end. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  axios: ['1.18.0'],
  'follow-redirects': ['1.16.0'],
  'form-data': ['4.0.4'],
  'js-yaml': ['3.15.2', '4.3.2', '5.2.2'],
};

/** What thieves published in March 2026: these versions, or all. */
const STOLEN: Readonly<Record<string, readonly string[] | 'all'>> = {
  axios: ['1.14.1', '0.30.4'],
  'plain-crypto-js': 'all',
};

/** What comes with axios is held to its floor when the project is locked anew, too. */
const OVERRIDDEN = ['follow-redirects', 'form-data'];

/** Which versions may stand in a lock file. */
export const versionRules = (folders: readonly LockFolder[], root: LockFolder): Verdict[] => [
  judged({
    name: 'no version below the floors',
    looked: Object.entries(FLOORS)
      .map(([name, floors]) => `${name} ${floors.join('/')}`)
      .join(', '),
    items: folders,
    faultsOf: floorFaults,
    planted: BELOW.map(
      ([name, version]) => [/is below/, withPackage(root, name, { version })] as const,
    ),
  }),
  judged({
    name: 'nothing that was stolen',
    looked: Object.entries(STOLEN)
      .map(([name, versions]) => (versions === 'all' ? name : `${name} ${versions.join('/')}`))
      .join(', '),
    items: folders,
    faultsOf: stolenFaults,
    planted: [
      [/was stolen/, withPackage(root, 'axios', { version: '1.14.1' })],
      [/was stolen/, withPackage(root, 'axios', { version: '0.30.4' })],
      [/was stolen/, withPackage(root, 'another', { name: 'axios', version: '1.14.1' })],
      [/was stolen/, withPackage(root, 'plain-crypto-js', { version: '4.2.1' })],
    ],
  }),
  judged({
    name: 'overrides keep the floors',
    looked: OVERRIDDEN.join(', '),
    items: [root],
    faultsOf: overrideFaults,
    planted: [[/override form-data/, { ...root, manifest: { ...root.manifest, overrides: {} } }]],
  }),
];

const BELOW = [
  ['axios', '1.17.9'],
  ['axios', '1.18.0-beta.1'],
  ['follow-redirects', '1.15.11'],
  ['form-data', '4.0.3'],
  ['form-data', '3.0.4'],
  ['js-yaml', '3.15.1'],
  ['js-yaml', '4.3.1'],
  ['js-yaml', '5.2.1'],
] as const;

const floorFaults = (folder: LockFolder): string[] =>
  lockedPackages(folder).flatMap(({ name, path, version = '' }) => {
    const floors = FLOORS[name] ?? [];
    return floors.length === 0 || isPatched(version, floors)
      ? []
      : [`${path} of ${folder.folder} is ${version}, which is below ${floors.join(', ')}`];
  });

const isPatched = (version: string, floors: readonly string[]): boolean => {
  const [major] = numbers(version);
  const floor = floors.find((one) => numbers(one)[0] === major);
  return floor === undefined
    ? floors.every((one) => numbers(one)[0] < major)
    : !isBelow(version, floor);
};

const isBelow = (version: string, floor: string): boolean => {
  const [a, b] = [numbers(version), numbers(floor)];
  const at = a.findIndex((part, index) => part !== b[index]);
  // A prerelease of the floor comes before it.
  return at === -1 ? version.includes('-') : (a[at] ?? 0) < (b[at] ?? 0);
};

const numbers = (version: string): [major: number, minor: number, patch: number] => {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/).map(Number);
  return [major, minor, patch];
};

const stolenFaults = (folder: LockFolder): string[] =>
  lockedPackages(folder).flatMap(({ name, path, version = '' }) => {
    const stolen = STOLEN[name] ?? [];
    const isStolen = stolen === 'all' || stolen.includes(version);
    return isStolen ? [`${path} of ${folder.folder} is ${name} ${version}, which was stolen`] : [];
  });

const overrideFaults = ({ manifest }: LockFolder): string[] =>
  OVERRIDDEN.map((name) => ({ name, range: `^${FLOORS[name]?.[0]}` }))
    .filter(({ name, range }) => manifest.overrides?.[name] !== range)
    .map(({ name, range }) => `package.json does not override ${name} with ${range}`);
