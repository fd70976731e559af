import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from '../../scratch.ts';
import { type Path, pathOf } from '../newcomer/path.ts';
import { walk } from '../newcomer/walk.ts';

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

const README = [
  '# A package',
  fence('ts', 'a fragment'),
  fence('sh', 'npm install --ignore-scripts a'),
  'Save as `first.mjs`:',
  fence('ts', "console.log('a token until then');\nconsole.log('a call');"),
  fence('sh', 'node first.mjs'),
  fence('ts', 'another fragment'),
].join('\n');

const PATH: Path = {
  pack: undefined,
  install: 'true\n',
  sample: "console.log('a token until then');\nconsole.log('a call');\n",
  run: 'node first.mjs\n',
  file: 'first.mjs',
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'criteo-path-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const go = (changed: Partial<Path>): ReturnType<typeof walk> =>
  walk({ ...PATH, ...changed }, join(folder, 'empty'), process.env);

it('a path is what stands in the fences from npm install on', () => {
  expect(pathOf(README)).toEqual({ ...PATH, install: 'npm install --ignore-scripts a\n' });
});

it('a path begins with packing where the packages come from the clone', () => {
  const packed = `${fence('sh', 'npm run release -- pack somewhere')}${README}`;
  expect(pathOf(packed)?.pack).toBe('npm run release -- pack somewhere\n');
});

it('the clone is packed in before anything is installed, and not timed', async () => {
  const times = await go({ pack: `pwd > '${join(folder, 'where')}'; sleep 0.2\n` });
  expect(readFileSync(join(folder, 'where'), 'utf8').trim()).toBe(ROOT);
  expect(existsSync(join(folder, 'empty/where'))).toBe(false);
  expect(times.call).toBeGreaterThan(0);
});

it.each([
  ['the sample is missing', README.replace(/```ts\nconsole[\s\S]*?```\n/, '')],
  ['the sample is not run', README.replace('node first.mjs', 'ls')],
  ['nothing follows', fence('sh', 'npm install --ignore-scripts a')],
])('a path is refused if %s', (_, readme) => {
  expect(() => pathOf(readme)).toThrow('no path for a newcomer');
});

it('a README that installs nothing has no path', () => {
  expect(pathOf(README.replace('npm install --ignore-scripts a', 'ls'))).toBeUndefined();
});

it('it is walked in its order, and timed by what is printed', async () => {
  const times = await go({ install: 'sleep 0.2; touch installed\n' });
  expect(existsSync(join(folder, 'empty/installed'))).toBe(true);
  expect(times.install).toBeGreaterThan(0.19);
  expect(times.token).toBeGreaterThan(times.install);
  expect(times.call).toBeGreaterThanOrEqual(times.token ?? Number.NaN);
});

it('a sample without a token has a call alone', async () => {
  expect(await go({ sample: "console.log('a call');" })).toMatchObject({ token: null });
});

it.each([
  ['the install fails', { install: 'echo no such package >&2; false; touch after\n' }, /no such/],
  ['the sample fails', { sample: "throw new Error('no answer');" }, /no answer/],
  ['the sample prints nothing', { sample: '' }, /printed nothing of a call/],
  ['the sample prints a token alone', { sample: "console.log('a token');" }, /nothing of a call/],
])('it fails if %s', async (_, changed, message) => {
  await expect(go(changed)).rejects.toThrow(message);
  expect(existsSync(join(folder, 'empty/after'))).toBe(false);
});
