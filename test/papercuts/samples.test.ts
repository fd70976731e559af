import { globSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compile, writeProject } from '../types/compiler.js';
import { runFile } from './child.js';
import { fencesOf } from './fences.js';

/*
 * Every sample in what users read compiles, and what is complete runs as it stands. The guides in
 * docs/migrate show code of two versions at once: test/migrate compiles them.
 */

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['README.md', 'packages/*/{README,AGENTS}.md', 'docs/*.md'], {
  cwd: ROOT,
});

const PLANTED = `
\`\`\`ts
await client.account.getAccount({ pageSize: 5 }, { signal });
\`\`\`

\`\`\`ts
const { client, signal } = { client: 1, signal: [2] };
console.log(client.toFixed(), signal.at(0));
\`\`\`
`;

const fences = DOCUMENTS.flatMap((document) =>
  fencesOf(document, readFileSync(join(ROOT, document), 'utf8')),
);
const planted = fencesOf('planted.md', PLANTED);
const complete = fences.filter(
  ({ code, prelude }) => prelude === '' && code.includes('startSandbox('),
);

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'criteo-papercuts-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeProject(
  folder,
  [...fences, ...planted].map(({ file, prelude, code }) => [
    file,
    `${prelude}\n${code}\nexport {};\n`,
  ]),
);
const found = compile(folder);

it.each(fences)('19: the sample $file compiles', ({ file }) => {
  expect(found.filter((diagnostic) => diagnostic.startsWith(`${file}:`))).toEqual([]);
});

it('19: there are samples in each README, and nothing else is wrong', () => {
  for (const document of DOCUMENTS.filter((name) => name.endsWith('README.md')))
    expect(
      fences.some(({ file }) => file.startsWith(document.replace(/\W+/g, '-'))),
      document,
    ).toBe(true);
  expect(found).toEqual(['planted-md-2.ts:2 TS2551']);
});

it.each(complete)('19: the sample $file runs as it stands', async ({ file }) => {
  const { status, printed } = await runFile(file, { cwd: folder });
  expect(status, printed).toBe(0);
});

it('19: the root README and each product have one that runs', () => {
  expect(complete.length).toBeGreaterThanOrEqual(5);
  expect(complete.map(({ file }) => file)).toContainEqual(expect.stringMatching(/^README-md-/));
});
