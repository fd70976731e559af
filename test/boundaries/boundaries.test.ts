import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { readVendor } from '../../tools/spec/vendor.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('the direction of imports', () => {
  // Beside the project, not in it: other tests build and run it meanwhile.
  const scratch = mkdtempSync(join(tmpdir(), 'criteo-boundaries-'));
  cpSync(join(ROOT, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  const plant = (folder: string, source: string): string => {
    const file = join(scratch, folder, 'planted.ts');
    mkdirSync(join(scratch, folder), { recursive: true });
    writeFileSync(file, source);
    return file;
  };
  const lint = (file: string) =>
    spawnSync(process.execPath, [join(ROOT, 'node_modules/oxlint/bin/oxlint'), file], {
      cwd: scratch,
      encoding: 'utf8',
    });

  it.each([
    ['packages/core/src', "import '@criteo-sdk/retailmedia/2022-10';"],
    ['packages/retailmedia/src', "import '@criteo-sdk/marketing';"],
    ['packages/marketing/src/v1', "import '@criteo-sdk/sandbox';"],
    ['packages/commercegrid/src/2026-07', "import '@criteo-sdk/retailmedia/2026-07';"],
    ['packages/a-product-of-tomorrow/src', "import '@criteo-sdk/sandbox';"],
    ['packages/redis/src', "import '@criteo-sdk/retailmedia';"],
    ['packages/sandbox/src', "import '@criteo-sdk/core';"],
    ['tools/spec', "import '@criteo-sdk/core';"],
  ])('in %s the linter refuses %s', (folder, source) => {
    const { status, stdout } = lint(plant(folder, source));
    expect(stdout).toContain('no-restricted-imports');
    expect(status).not.toBe(0);
  });

  it.each([
    ['packages/retailmedia/src', "import '@criteo-sdk/core';"],
    ['packages/a-product-of-tomorrow/src/2099-01', "import '@criteo-sdk/core';"],
    ['packages/redis/src', "import '@criteo-sdk/core';"],
    ['packages/cli/src', "import '@criteo-sdk/retailmedia/2026-07';"],
  ])('in %s it takes %s', (folder, source) => {
    const { status, stdout } = lint(plant(folder, source));
    expect(stdout).not.toContain('no-restricted-imports');
    expect(status).toBe(0);
  });
});

describe('core outside Node', () => {
  const bundle = async (
    platform: 'browser' | 'neutral' | 'node',
    entry: string,
  ): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: `export * from '${entry}';`, resolveDir: ROOT },
      bundle: true,
      write: false,
      format: 'esm',
      platform,
      logLevel: 'silent',
      external: ['axios'],
    });
    return outputFiles[0]?.text ?? '';
  };

  it.each(['browser', 'neutral'] as const)(
    'a %s bundle holds no node: import',
    async (platform) => {
      const text = await bundle(platform, '@criteo-sdk/core');
      expect(text).toContain('createTransport');
      expect(text).not.toMatch(/["']node:/);
    },
  );

  it('a Node bundle holds the transport of Node, so the check can tell', async () => {
    expect(await bundle('node', '@criteo-sdk/core')).toMatch(/["']node:http["']/);
  });

  it('a product bundles for the browser, too', async () => {
    expect(await bundle('browser', '@criteo-sdk/retailmedia/2022-10')).not.toMatch(/["']node:/);
  });
});

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(ROOT, file)));

describe("the vendor's name", () => {
  const { name } = readVendor();
  const places: Readonly<Record<string, RegExp>> = {
    core: new RegExp(`^packages/core/src/(?!${name}/)`),
    'the spec tools': /^tools\/spec\/[^/]+$/,
    'the templates': /^tools\/templates\/[^/]+$/,
  };

  /** Lines that name the vendor; that a folder is called so, in the path of an import, is none. */
  const linesOf = (file: string, text: string): string[] =>
    text
      .split('\n')
      .filter((line) =>
        line
          .replace(/from '\.[^']*'/, '')
          .toLowerCase()
          .includes(name),
      )
      .map((line) => `${file}: ${line.trim()}`);

  it.each(Object.keys(places))('stands nowhere in %s', (place) => {
    const files = tracked.filter((file) => places[place]?.test(file));
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap((file) => linesOf(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual(
      [],
    );
  });

  it('is found in a planted line, whatever its case, and not in the path of a folder', () => {
    const inCore = "import { hintFor } from './criteo/hints.js';";
    expect(linesOf('a.ts', inCore)).toEqual([]);
    for (const planted of ["// Criteo's own.", "import { a } from 'criteo-x/core';", "'criteo-'"])
      expect(linesOf('a.ts', `${inCore}\n${planted}\n`)).toEqual([`a.ts: ${planted}`]);
  });
});

describe('the project', () => {
  it('has no stock files of the generator', () => {
    expect(
      tracked.filter((file) =>
        /(?:^|\/)(?:base|common|configuration|git_push)\.(?:ts|sh)$/.test(file),
      ),
    ).toEqual([]);
  });

  it('publishes only what the allow-lists name', () => {
    for (const name of readdirSync(join(ROOT, 'packages'))) {
      const files = (
        JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as {
          files: string[];
        }
      ).files;
      expect(files, name).toContain('dist');
      expect(files, name).toContain('!dist/.tsbuildinfo');
    }
  });
});
