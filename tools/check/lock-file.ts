import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, withFolder } from '../scratch.ts';

/*
 * The lock file installs everywhere: each package has an integrity, none names a host or comes from
 * git, and `npm ci` accepts it (some releases lack platform packages; then only `npm ci` fails).
 */

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

/** What is wrong with a lock file's packages. */
const faults = (packages: Readonly<Record<string, Locked>>): string[] =>
  Object.entries(packages).flatMap(([name, { integrity, resolved, link }]) => {
    const isOurs = !name.startsWith('node_modules/') || link === true;
    if (isOurs) return [];
    return [
      ...(integrity === undefined ? [`${name} has no integrity`] : []),
      ...(resolved === undefined ? [] : [`${name} names where it comes from`]),
    ];
  });

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
assert.deepEqual(faults(packages), []);
assert.equal(
  faults({
    'node_modules/a': { integrity: 'sha512-x', resolved: 'git+ssh://x' },
    'node_modules/b': {},
  }).length,
  2,
  'planted faults are not found',
);

withFolder((folder) => {
  for (const file of ['package.json', 'package-lock.json', '.npmrc', ...workspaces()])
    cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  run(
    'npm',
    ['ci', '--ignore-scripts', '--dry-run', '--no-audit', '--no-fund', '--loglevel=error'],
    folder,
  );
});
console.log(`${Object.keys(packages).length} locked packages; npm ci accepts them`);

function workspaces(): string[] {
  return Object.keys(packages)
    .filter((name) => /^packages\/[^/]+$/.test(name))
    .map((name) => `${name}/package.json`);
}
