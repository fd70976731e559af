import assert from 'node:assert/strict';
import { copyFileSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Found } from './programs/shared-runtime-calls.ts';
import type { Context, Outcome, Row } from './row.ts';
import { bundle, programFolder, runProgram, toolFile } from './runtime.ts';
import { type World, withWorld } from './world.ts';

/** A page in a real browser, with a token that its server gave it: its bundle, and what it does. */
const rowOf = (
  bundler: string,
  build: (context: Context, pages: string) => Promise<string>,
): Row => ({
  name: `browser, ${bundler}`,
  run: async (context): Promise<Outcome> => {
    const pages = context.folder(`pages of ${bundler}`);
    const version = await build(context, pages);
    const bytes = checkBundle(pages);
    const inBrowser = await withWorld(context, (world) => visit(context, world, pages), pages);
    return {
      version: `${inBrowser}, ${version}`,
      ran: `a page with a token given, bundle ${Math.ceil(bytes / 1000)} kB`,
    };
  },
});

const CHROMIUM = '/usr/bin/chromium';
const HTML = join(import.meta.dirname, 'programs/page-index.html');
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const byEsbuild = async (context: Context, pages: string): Promise<string> => {
  const program = join(programFolder(context, 'page-esbuild', ['page-calls.ts']), 'page-calls.ts');
  await bundle(context, program, join(pages, 'page-calls.js'), ['--format=esm', '--minify']);
  const html = readFileSync(HTML, 'utf8').replace('page-calls.ts', 'page-calls.js');
  writeFileSync(join(pages, 'index.html'), html);
  const esbuild = toolFile(context, 'esbuild/bin/esbuild');
  const { stdout } = await runProgram(process.execPath, [esbuild, '--version'], pages);
  return `esbuild ${stdout.trim()}`;
};

const byVite = async (context: Context, pages: string): Promise<string> => {
  const root = programFolder(context, 'page-vite', ['page-calls.ts']);
  copyFileSync(HTML, join(root, 'index.html'));
  const vite = toolFile(context, 'vite/bin/vite.js');
  const args = ['--base=./', `--outDir=${pages}`, '--emptyOutDir', '--logLevel=warn'];
  const { stdout, stderr } = await runProgram(process.execPath, [vite, 'build', ...args], root);
  assert.equal(stdout + stderr, '', 'vite warns');
  const version = await runProgram(process.execPath, [vite, '--version'], root);
  return version.stdout.replace(/^vite\/(\S+)[\s\S]*/, 'Vite $1');
};

/** What reaches a browser, in bytes. It must stand alone. */
const checkBundle = (pages: string): number => {
  const scripts = globSync('**/*.js', { cwd: pages }).map((name) =>
    readFileSync(join(pages, name), 'utf8'),
  );
  const text = scripts.join('\n');
  assert.match(text, /multipart\/form-data|authorization/i, 'the bundle does not hold the SDK');
  assert.doesNotMatch(text, /["'`]node:|\brequire\(|__vite-browser-external/);
  return Buffer.byteLength(text);
};

const visit = async (context: Context, world: World, pages: string): Promise<string> => {
  const told = await world.withToken();
  assert.ok(!JSON.stringify(told).includes(world.sandbox.clientOptions.clientSecret));
  writeFileSync(join(pages, 'told.json'), JSON.stringify(told));
  const browser = await launch(context);
  try {
    const page = await browser.newPage();
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`${world.front.url}/pages/index.html`);
    world.check((await page.evaluate('globalThis.found')) as Found, 'browser');
    assert.deepEqual(errors, []);
    return `Chromium ${browser.version()}`;
  } finally {
    await browser.close();
  }
};

const launch = async (context: Context): Promise<Browser> => {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `${CHROMIUM} is missing: run \`apt-get install -y --no-install-recommends chromium\`.`,
    );
  toolFile(context, 'playwright-core/package.json');
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
};

export const rows: readonly Row[] = [rowOf('esbuild', byEsbuild), rowOf('Vite', byVite)];
