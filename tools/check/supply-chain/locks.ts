import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, run, withFolder } from '../../scratch.ts';
import { type Locked, type LockFolder, lockedPackages, withPackage } from './project.ts';
import { judged, type Verdict } from './rule.ts';

/** Where the packages of the lock files come from, and that npm takes them. */
export const lockRules = (folders: readonly LockFolder[], root: LockFolder): Verdict[] => [
  judged({
    name: 'lock files: integrity, no host, no git, http or file',
    looked: `${folders.flatMap(lockedPackages).length} packages in ${folders.length} lock files`,
    items: folders,
    faultsOf: sourceFaults,
    planted: [
      [/has version 2/, { ...root, lock: { ...root.lock, lockfileVersion: 2 } }],
      [/planted has no integrity/, withPackage(root, 'planted', { version: '1.0.0' })],
      [
        /names where it comes from/,
        withPackage(root, 'planted', { ...SOUND, resolved: 'https://a.test/planted.tgz' }),
      ],
      ...['git+ssh://git@a.test/y', 'https://a.test/y.tgz', 'file:../y', 'x/y#main'].map(
        (range) =>
          [
            /wants y from/,
            withPackage(root, 'planted', { ...SOUND, dependencies: { y: range } }),
          ] as const,
      ),
    ],
  }),
  judged({
    name: 'npm ci --ignore-scripts takes the lock files',
    looked: `${folders.length} dry runs`,
    items: folders,
    faultsOf: dryRunFaults,
    planted: [[/npm refuses/, withoutPackage(root, 'node_modules/typescript')]],
  }),
  judged({
    name: 'folders with a lock file have the settings for it',
    looked: folders.map(({ folder }) => join(folder, '.npmrc')).join(', '),
    items: folders,
    faultsOf: settingFaults,
    planted: SETTINGS.map((setting) => [new RegExp(setting), withoutLine(root, setting)] as const),
  }),
];

const SOUND: Locked = { version: '1.0.0', integrity: 'sha512-x' };

// The first keeps hosts out of the lock file, the second ranges out of package.json.
const SETTINGS = ['omit-lockfile-registry-resolved=true', 'save-exact=true'];

const sourceFaults = (folder: LockFolder): string[] => {
  const { lockfileVersion } = folder.lock;
  const isNew = lockfileVersion === 3;
  return [
    ...(isNew ? [] : [`the lock file of ${folder.folder} has version ${lockfileVersion}`]),
    ...lockedPackages(folder).flatMap(({ integrity, path, resolved, ...one }) => [
      ...(integrity === undefined ? [`${path} has no integrity`] : []),
      ...(resolved === undefined ? [] : [`${path} names where it comes from`]),
      ...Object.entries({ ...one.dependencies, ...one.optionalDependencies })
        .filter(([, range]) => /^(?:git|https?:|file:|link:|\w+:\/\/|[\w.-]+\/)/.test(range))
        .map(([name, range]) => `${path} wants ${name} from ${range}`),
    ]),
  ];
};

/** Some releases lack platform packages: `npm install` works with them, and `npm ci` fails. */
const dryRunFaults = ({ folder, lock }: LockFolder): string[] =>
  withFolder((scratch) => {
    const workspaces = Object.keys(lock.packages).filter((path) => /^packages\/[^/]+$/.test(path));
    const manifests = ['.', ...workspaces].map((path) => join(path, 'package.json'));
    for (const file of [...manifests, '.npmrc']) {
      mkdirSync(dirname(join(scratch, file)), { recursive: true });
      cpSync(join(ROOT, folder, file), join(scratch, file));
    }
    writeFileSync(join(scratch, 'package-lock.json'), JSON.stringify(lock));
    try {
      run('npm', ['ci', '--ignore-scripts', '--dry-run', '--loglevel=error'], scratch);
      return [];
    } catch (error) {
      return [`npm refuses the lock file of ${folder}: ${(error as Error).message}`];
    }
  });

const settingFaults = ({ folder, settings }: LockFolder): string[] =>
  SETTINGS.filter((setting) => !settings.split('\n').includes(setting)).map(
    (setting) => `${join(folder, '.npmrc')} does not say ${setting}`,
  );

const withoutLine = (folder: LockFolder, line: string): LockFolder => ({
  ...folder,
  settings: folder.settings.replace(line, ''),
});

const withoutPackage = (folder: LockFolder, path: string): LockFolder => {
  const { [path]: _, ...packages } = folder.lock.packages;
  return { ...folder, lock: { ...folder.lock, packages } };
};
