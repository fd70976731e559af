import { posix } from 'node:path';
import { parse } from 'yaml';
import type { LockFolder, TextFile } from './project.ts';
import { judged, type Verdict } from './rule.ts';

/** One ecosystem in the configuration of Dependabot. */
interface Update {
  readonly 'package-ecosystem': string;
  readonly directory?: string;
  readonly directories?: readonly string[];
  readonly cooldown?: Readonly<Record<string, unknown>>;
}

/** That the bot which proposes new versions knows every lock file and the workflows, and waits for a week. */
export const updateRules = (
  texts: readonly TextFile[],
  folders: readonly LockFolder[],
): Verdict[] => {
  const locks = folders.map(({ folder }) => posix.join('/', folder)).sort();
  const planted = PLANTED.map(
    ([from, to, fault]) => [fault, updatesOf(SOUND.replace(from, () => to))] as const,
  );
  return [
    judged({
      name: 'new versions are proposed for each lock file and for actions',
      looked: locks.join(', '),
      items: texts.map(({ text }) => updatesOf(text)),
      faultsOf: (updates) => placeFaults(updates, locks),
      planted: [
        [/no lock file in \/gone/, withNpm([...locks, '/gone'])],
        ...locks.map(
          (lock) =>
            [new RegExp(`lacks ${lock}$`), withNpm(locks.filter((one) => one !== lock))] as const,
        ),
        [/lacks github-actions/, withNpm(locks).slice(0, 1)],
      ],
    }),
    judged({
      name: 'no version younger than a week is proposed',
      looked: texts.map(({ path }) => path).join(', '),
      items: [...texts.map(({ text }) => updatesOf(text)), updatesOf(SOUND)],
      faultsOf: (updates) => updates.flatMap(ageFaults),
      planted,
    }),
  ];
};

const SOUND = `updates:
  - package-ecosystem: npm
    cooldown: { default-days: 7 }
`;

/** What is written instead of what, and what must be said of it. */
const PLANTED: readonly (readonly [from: string, to: string, fault: RegExp])[] = [
  ['{ default-days: 7 }', '{ default-days: 6 }', /npm has default-days: 6/],
  ['{ default-days: 7 }', '{ semver-major-days: 7 }', /npm has default-days: undefined/],
  ['    cooldown: { default-days: 7 }\n', '', /npm has default-days: undefined/],
  ['7 }', '7, semver-patch-days: 3 }', /npm has semver-patch-days: 3/],
  ['7 }', '7, exclude: [axios] }', /npm has exclude/],
  ['7 }', '7, include: [axios] }', /npm has include/],
];

const updatesOf = (text: string): readonly Update[] =>
  (parse(text) as { readonly updates: readonly Update[] }).updates;

const withNpm = (directories: readonly string[]): readonly Update[] => [
  { 'package-ecosystem': 'npm', directories },
  { 'package-ecosystem': 'github-actions', directory: '/' },
];

const placeFaults = (updates: readonly Update[], locks: readonly string[]): string[] => {
  const npm = placesOf(updates, 'npm');
  return [
    ...locks.filter((lock) => !npm.includes(lock)).map((lock) => `npm lacks ${lock}`),
    ...npm
      .filter((place) => !locks.includes(place))
      .map((one) => `there is no lock file in ${one}`),
    ...(placesOf(updates, 'github-actions').includes('/') ? [] : ['it lacks github-actions']),
  ];
};

const placesOf = (updates: readonly Update[], ecosystem: string): string[] =>
  updates
    .filter((update) => update['package-ecosystem'] === ecosystem)
    .flatMap(({ directories = [], directory = [] }) => [...directories, ...[directory].flat()]);

/** `include` and `exclude` let something else pass at once. */
const ageFaults = ({ cooldown = {}, ...update }: Update): string[] => {
  const { 'default-days': days, ...more } = cooldown;
  const isShort = (value: unknown): boolean => !(Number(value) >= 7);
  return Object.entries({ 'default-days': days, ...more })
    .filter(([, value]) => isShort(value))
    .map(([key, value]) => `${update['package-ecosystem']} has ${key}: ${value}`);
};
