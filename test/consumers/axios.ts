import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';
import { manifestOf, NPM_INSTALL } from './install.ts';
import { FOUND, runToEnd } from './node.ts';
import { copyPrograms } from './programs.ts';
import type { Context, Outcome, Row } from './row.ts';
import { toolFile } from './runtime.ts';

/* The program of the Node rows with the oldest and the newest axios that core takes. */

/** Of what axios brings: GHSA-r4q5-vmmm-2653 and CVE-2025-7783 are mended from these versions on. */
const FLOORS = { 'follow-redirects': '1.16.0', 'form-data': '4.0.4' };

const run = async (context: Context, alias: string): Promise<Outcome> => {
  const folder = context.folder(alias);
  const { version = '' } = readJson<Manifest>(toolFile(context, `${alias}/package.json`));
  writeFileSync(
    join(folder, 'package.json'),
    manifestOf(context, { direct: Object.keys(context.tarballs), overrides: { axios: version } }),
  );
  await output('npm', NPM_INSTALL, { cwd: folder, mayWarn: true });
  assert.deepEqual(versionsOf(folder, 'axios'), [version]);
  const brought = Object.entries(FLOORS).map(([name, floor]) => checkFloor(folder, name, floor));
  copyPrograms(folder, ['node-calls.cjs', 'node-esm.mjs']);
  await runToEnd(toolFile(context, 'node-24/bin/node'), ['node-esm.mjs'], folder, FOUND);
  return {
    version: `axios ${version}`,
    ran: `the program of the Node rows; brings ${brought.join(' and ')}`,
  };
};

const runLowest = (context: Context): Promise<Outcome> => {
  const { version } = readJson<Manifest>(toolFile(context, 'axios-lowest/package.json'));
  const core = join(context.installed, 'node_modules/@criteo-sdk/core/package.json');
  const range = readJson<Manifest>(core).dependencies?.axios;
  assert.equal(range?.split(' ')[0], `>=${version}`, 'the lowest axios of core is not tried');
  return run(context, 'axios-lowest');
};

const checkFloor = (folder: string, name: string, floor: string): string => {
  const versions = versionsOf(folder, name);
  const holed = versions.find((version) => !isAtLeast(version, floor));
  assert.ok(!holed, `${name} ${holed} is installed; below ${floor} it has known holes`);
  return `${name} ${versions.join(', ')}`;
};

/** All installed versions of a package, wherever npm has put it. */
const versionsOf = (folder: string, name: string): string[] => {
  const { packages } = readJson<{ packages: Record<string, Manifest> }>(
    join(folder, 'package-lock.json'),
  );
  const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
  assert.ok(found.length > 0, `${name} is not installed`);
  return found.map(([, { version = '' }]) => version);
};

const isAtLeast = (version: string, floor: string): boolean =>
  version.localeCompare(floor, 'en', { numeric: true }) >= 0;

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

export const rows: readonly Row[] = [
  { name: 'axios-lowest', run: runLowest },
  { name: 'axios-newest', run: (context) => run(context, 'axios-newest') },
];
