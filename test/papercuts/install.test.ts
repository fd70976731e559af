import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { startSandbox } from '@criteo-sdk/sandbox';
import { describe, expect, it } from 'vitest';
import { run } from '../../tools/scratch.ts';
import { runModule } from './child.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = readdirSync(join(ROOT, 'packages'));

interface Manifest {
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

it('14: a process ends by itself after its last await', async () => {
  const sandbox = await startSandbox();
  const args = [JSON.stringify(sandbox.clientOptions)];
  const [closed, open, leaving] = await Promise.all(
    ['client.close();', '', 'setTimeout(() => {}, 3_000);'].map(async (atTheEnd) => {
      const { status, stdout } = await runModule(CALLS + atTheEnd, { cwd: ROOT, args });
      const [, waitedMs] = /^25 accounts\nended after ([\d.]+) ms\n$/.exec(stdout) ?? [];
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('ended') });
      return Number(waitedMs);
    }),
  );
  await sandbox.close();
  expect(closed).toBeLessThan(2_000);
  expect(open).toBeLessThan(2_000);
  expect(leaving).toBeGreaterThan(2_000);
});

describe('what is installed', () => {
  it('15: each package is small, and so is the tree of the largest', () => {
    const args = ['pack', '--workspaces', '--dry-run', '--json', '--ignore-scripts'];
    const packed = JSON.parse(run('npm', args, ROOT)) as Packed[];
    const sizes = new Map(
      packed.map(({ name, unpackedSize }) => [name.split('/')[1], unpackedSize]),
    );
    expect([...sizes.keys()].sort()).toEqual(Object.keys(BUDGETS).sort());
    expect(overBudget(sizes)).toEqual([]);
    const own = (sizes.get('retailmedia') ?? 0) + (sizes.get('core') ?? 0);
    const others = treeOf('axios').map(weightOf);
    expect(others.length).toBeGreaterThan(3);
    expect(own + others.reduce((sum, bytes) => sum + bytes)).toBeLessThan(9 * MB);
    expect(overBudget(new Map([['core', 36 * MB]]))).toEqual(['core']);
  });

  it.each(['.', ...PACKAGES.map((name) => `packages/${name}`)])(
    'near miss: %s asks for no newer Node than at the first release',
    (folder) => {
      expect(manifestIn(join(ROOT, folder)).engines?.node).toBe('>=20.19');
    },
  );

  it.each(PACKAGES)('near miss: all that %s brings in runs on Node 20', (name) => {
    const brought = Object.keys(manifestIn(join(ROOT, 'packages', name)).dependencies ?? {});
    const tree = brought.filter(isForeign).flatMap((one) => treeOf(one));
    const refused = tree.filter((folder) => !admitsNode20(manifestIn(folder).engines?.node));
    expect(refused).toEqual([]);
    if (name === 'core') expect(tree).toContain(join(ROOT, 'node_modules/follow-redirects'));
    expect(['>=22', '>= 20.20', '^18 || >=24', 'latest'].filter(admitsNode20)).toEqual([]);
  });

  it.each(PACKAGES)(
    'near miss: imports of %s name files that are there, extension and all',
    (name) => {
      const dist = join(ROOT, 'packages', name, 'dist');
      const files = globSync('**/*.{js,d.ts}', { cwd: dist }).map((file) => join(dist, file));
      const imports = files.flatMap((file) =>
        relativeImports(readFileSync(file, 'utf8')).map((specifier) => ({ file, specifier })),
      );
      expect(imports.length).toBeGreaterThan(10);
      const isThere = ({ file, specifier }: { file: string; specifier: string }): boolean =>
        specifier.endsWith('.js') && existsSync(join(dirname(file), specifier));
      expect(imports.filter((one) => !isThere(one))).toEqual([]);
      expect(relativeImports(`export * from './models';\nconst x = import("../a");`)).toEqual([
        './models',
        '../a',
      ]);
    },
  );
});

const MB = 1_000_000;

/** Unpacked bytes: what is there now and half as much again, a version more in each product. */
const BUDGETS: Readonly<Record<string, number>> = {
  commercegrid: 0.25 * MB,
  core: 1.7 * MB,
  marketing: 0.4 * MB,
  marketingsolutions: 2 * MB,
  retailmedia: 2.8 * MB,
  sandbox: 2.2 * MB,
};

interface Packed {
  readonly name: string;
  readonly unpackedSize: number;
}

const overBudget = (
  sizes: ReadonlyMap<string | undefined, number>,
): readonly (string | undefined)[] =>
  [...sizes].filter(([name, bytes]) => bytes > (BUDGETS[name ?? ''] ?? 0)).map(([name]) => name);

const isForeign = (name: string): boolean => !name.startsWith('@criteo-sdk/');

/** Folders of a package and of all that it depends on, as they are installed here. */
const treeOf = (name: string, from = ROOT, above: readonly string[] = []): string[] => {
  const places = [from, ROOT].map((place) => join(place, 'node_modules', name));
  const folder = places.find((place) => existsSync(place));
  if (folder === undefined) throw new Error(`${name} is not installed; run npm ci.`);
  if (above.includes(folder)) return [];
  const needs = Object.keys(manifestIn(folder).dependencies ?? {});
  const below = needs.flatMap((one) => treeOf(one, folder, [...above, folder]));
  return [...new Set([folder, ...below])];
};

const weightOf = (folder: string): number =>
  globSync('**/*', { cwd: folder })
    .map((file) => statSync(join(folder, file)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);

// The forms that occur: none, a least version, and others to choose from.
const admitsNode20 = (engines = '>=0'): boolean =>
  engines.split('||').some((range) => {
    const [, sign, major, minor = '0'] = /^\s*(>=|\^)?\s*(\d+)(?:\.(\d+))?/.exec(range) ?? [];
    const isOlder = Number(major) < 20 || (Number(major) === 20 && Number(minor) <= 19);
    return sign === '>=' ? isOlder : Number(major) === 20 && isOlder;
  });

const relativeImports = (source: string): readonly string[] =>
  [...source.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]*)['"]/g)].map(([, one]) => one ?? '');

const CALLS = `
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
const client = createClient(JSON.parse(process.argv[1]));
const { data } = await client.account.getAccounts();
console.log(data.length, 'accounts');
const endedAt = performance.now();
process.on('exit', () => console.log('ended after', performance.now() - endedAt, 'ms'));
`;
