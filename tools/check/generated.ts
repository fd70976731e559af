import assert from 'node:assert/strict';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject, ROOT, run, withFolder } from '../scratch.ts';
import { listSpecs, specName } from '../spec/registry.ts';

/*
 * Every generated/ and every reference page deleted and made anew is the same to the byte; and one
 * type and one path changed in one spec change exactly the lines that say so.
 */

const PATTERNS = ['packages/**/generated/**/*.{ts,json}', 'docs/reference/**/*.md'];
const CHANGED = 'retailmedia/2022-10';
const MODELS = 'packages/retailmedia/src/2022-10/generated/models.ts';
const OPERATIONS = 'packages/retailmedia/src/2022-10/generated/operations/retailer.ts';
const API = 'packages/retailmedia/src/2022-10/generated/apis/retailer.ts';
const [PAGE, INDEX, TYPED] = ['RetailerApi', 'README', 'CreativeApi'].map(
  (name) => `docs/reference/${CHANGED}/${name}.md`,
) as [string, string, string];
const FACTS = 'packages/sandbox/generated/retailmedia-2022-10.json';

const snapshot = (root: string): Map<string, string> =>
  new Map(
    globSync(PATTERNS, { cwd: root, exclude: (path) => /node_modules|dist/.test(path) })
      .sort()
      .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  );

const generate = (root: string): string =>
  run(process.execPath, ['tools/spec/main.ts', 'generate'], root);

const replaceIn = (file: string, from: string, to: string): void => {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${file} does not hold ${from}`);
  writeFileSync(file, text.replaceAll(from, to));
};

const changedLines = (before: string, after: string): string[] => {
  const old = before.split('\n');
  return after
    .split('\n')
    .flatMap((line, index) =>
      line === old[index] ? [] : [`${old[index]?.trim()} -> ${line.trim()}`],
    );
};

withFolder((folder) => {
  copyProject(folder);
  const committed = snapshot(ROOT);
  assert.ok(committed.size > 60, `only ${committed.size} generated files were found`);
  for (const file of committed.keys()) rmSync(join(folder, file));
  generate(folder);
  const fresh = snapshot(folder);
  assert.deepEqual(
    [...fresh.keys()],
    [...committed.keys()],
    'other files are generated than stand in the project; run: npm run generate',
  );
  for (const [file, text] of committed)
    assert.equal(fresh.get(file), text, `${file} differs; run: npm run generate`);
  console.log(`${committed.size} generated files deleted and made anew: the same to the byte`);

  const spec = join(folder, 'specs', CHANGED);
  for (const file of ['openapi.yaml', 'overlay.yaml'])
    replaceIn(join(spec, file), 'retailers/{retailerId}/pages', 'retailers/{retailerId}/page-list');
  const openapi = readFileSync(join(spec, 'openapi.yaml'), 'utf8');
  const asset = openapi.indexOf('\n    Asset:\n');
  const type = openapi.indexOf('type: string', openapi.indexOf('fileExtension:', asset));
  assert.ok(asset > 0 && type > asset);
  writeFileSync(
    join(spec, 'openapi.yaml'),
    `${openapi.slice(0, type)}type: boolean${openapi.slice(type + 'type: string'.length)}`,
  );
  const said = generate(folder);
  const expected = listSpecs().map(
    (entry) => `${specName(entry) === CHANGED ? 'generated' : 'unchanged'} ${specName(entry)}`,
  );
  assert.deepEqual(said.trim().split('\n').sort(), expected.sort());

  const changed = [...snapshot(folder)].filter(([file, text]) => fresh.get(file) !== text);
  const lines = Object.fromEntries(
    changed
      .filter(([file]) => file !== FACTS)
      .map(([file, text]) => [file, changedLines(fresh.get(file) ?? '', text)]),
  );
  const doc = (path: string): string =>
    `* \`GET https://api.criteo.com${path}\` (RetailerApi_GetApi202110ExternalRetailerPagesByRetailerId)`;
  const [from, to] = [
    '/2022-10/retail-media/retailers/{retailerId}/pages',
    '/2022-10/retail-media/retailers/{retailerId}/page-list',
  ];
  const url = (path: string): string => `\`GET https://api.criteo.com${path}\``;
  const row = (path: string): string =>
    `| [\`retailer.getRetailerPages\`](RetailerApi.md#getretailerpages) | Lists the types of page that one retailer has. | \`GET ${path}\` |`;
  const field = (name: string): string => `| \`fileExtension\` | \`${name}\` |  |`;
  assert.deepEqual(lines, {
    [API]: [`${doc(from)} -> ${doc(to)}`],
    [MODELS]: ['fileExtension: string; -> fileExtension: boolean;'],
    [OPERATIONS]: [`${doc(from)} -> ${doc(to)}`, `path: '${from}', -> path: '${to}',`],
    [PAGE]: [`${url(from)} -> ${url(to)}`],
    [INDEX]: [`${row(from)} -> ${row(to)}`],
    [TYPED]: [`${field('string')} -> ${field('boolean')}`],
  });
  assert.deepEqual(
    changed.map(([file]) => file).sort(),
    [API, MODELS, OPERATIONS, FACTS, PAGE, INDEX, TYPED].sort(),
  );
  console.log(`one type and one path changed in ${CHANGED}: exactly the expected lines changed`);
});
