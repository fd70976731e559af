import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/scratch.ts';
import { listSpecs, specName } from '../../tools/spec/registry.ts';
import { importPath, readVendor } from '../../tools/spec/vendor.ts';
import { fences, PACKAGES, read } from './pages.ts';

/*
 * What a newcomer reads first: short, and each first sample runs as it stands.
 */

const vendor = readVendor();
const readmeOf = (name: string): string => read(`packages/${name}/README.md`);

const folder = mkdtempSync(join(tmpdir(), 'criteo-readmes-'));
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs files as a user's Node does; gives what the last of them prints. */
const run = (files: Readonly<Record<string, string>>): { status: number | null; out: string[] } => {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const program = join(folder, Object.keys(files).at(-1) ?? '');
  const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  return { status, out: stdout.trimEnd().split('\n') };
};

describe('a README', () => {
  it.each(['README.md', ...PACKAGES.map((name) => `packages/${name}/README.md`)])(
    '%s ends with links',
    (file) => {
      expect(read(file).split('\n## ').at(-1)).toMatch(/^Links\n\n.*\n$/);
    },
  );

  it.each(PACKAGES)('of %s links only to what is in its tarball', (name) => {
    const { files } = JSON.parse(read(`packages/${name}/package.json`)) as { files: string[] };
    const targets = [...readmeOf(name).matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, to]) => to);
    expect(targets).not.toEqual([]);
    // npm packs a licence without being asked.
    expect([...files, 'LICENSE']).toEqual(expect.arrayContaining(targets));
  });
});

describe.each([...new Set(listSpecs().map(({ product }) => product))])(
  "the newcomer's path of %s",
  (product) => {
    const page = readmeOf(product);
    const [sample = ''] = fences(page);
    const newest = listSpecs().findLast((entry) => entry.product === product);

    it('installs the product and the sandbox, saves a file and runs it, in this order', () => {
      const [install, start] = fences(page, 'sh');
      expect(install).toBe(`npm install ${importPath(vendor, product)} ${vendor.scope}/sandbox\n`);
      expect(start).toBe('node first-call.mjs\n');
      const places = [install, 'Save as `first-call.mjs`:', sample, start].map((text) =>
        page.indexOf(text ?? ''),
      );
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places).not.toContain(-1);
    });

    it('takes the newest version', () => {
      const name = newest ? specName(newest) : '';
      expect(sample).toContain(`from '${importPath(vendor, name)}';`);
      expect(sample).toContain(`'${name}'`);
    });

    it('prints when its token ends, and something of a first call', () => {
      const { status, out } = run({ 'first-call.mjs': sample });
      expect(status).toBe(0);
      expect(out[0]).toMatch(/^a token until \d{4}-\d\d-\d\dT/);
      expect(out.slice(1).join('')).toMatch(/\w/);
      expect(out.join()).not.toContain('undefined');
    });

    it('fails where the sample is broken', () =>
      expect(run({ 'broken.mjs': sample.replace('await client.', 'await customer.') }).status).toBe(
        1,
      ));
  },
);

describe('the sample in the README', () => {
  it('of the sandbox shows a token that expired, and its journal', () => {
    expect(run({ 'sandbox.mjs': fences(readmeOf('sandbox'))[0] ?? '' })).toEqual({
      status: 0,
      out: [
        'getToken 200',
        'getAccounts 200',
        'getAccounts 401',
        'getToken 200',
        'getAccounts 200',
      ],
    });
  });

  it('of core keeps a token for the next client', () => {
    const program = `import { createClient } from '${vendor.scope}/retailmedia/2026-07';
import { startSandbox } from '${vendor.scope}/sandbox';
import { folderStore } from './store.ts';
const sandbox = await startSandbox();
const options = { ...sandbox.clientOptions, store: folderStore('${join(folder, 'tokens')}') };
for (const client of [createClient(options), createClient(options)]) await client.account.getAccounts();
console.log(sandbox.calls('getToken').length, sandbox.calls('getAccounts').length);
await sandbox.close();
`;
    const [store = ''] = fences(readmeOf('core'));
    expect(run({ 'store.ts': store, 'user.mjs': program })).toEqual({ status: 0, out: ['1 2'] });
  });
});
