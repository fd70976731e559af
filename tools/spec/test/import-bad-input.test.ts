import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  acmeDocument,
  changedBetween,
  newProject,
  type Outcome,
  spec,
  treeOf,
} from '../../../test/vendor/project.ts';
import type { JsonObject } from '../document.ts';

// Through the command, as a user meets it; what each reader refuses in detail is in its own tests.
const root = newProject();
const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
afterAll(() => {
  for (const one of [root, folder]) rmSync(one, { recursive: true });
});
const before = treeOf(root);

const GOOD = readFileSync(acmeDocument('parcels-2030-01.json'), 'utf8');
const YAML = readFileSync(acmeDocument('parcels-2030-06.yaml'), 'utf8');

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** The good document after a change. */
const changed = (change: (document: JsonObject) => void): string => {
  const document = JSON.parse(GOOD) as JsonObject;
  change(document);
  return JSON.stringify(document);
};

const replaced = (from: string, to: string): string => {
  expect(GOOD).toContain(from);
  return GOOD.replaceAll(from, to);
};

const schemas = (added: JsonObject): string =>
  changed((document) => {
    const { components } = document as { components: { schemas: JsonObject } };
    Object.assign(components.schemas, added);
  });

const wrapped = (depth: number, open: string, close: string): string =>
  `{"openapi":"3.0.3","x":${open.repeat(depth)}1${close.repeat(depth)}}`;

const expectRefused = ({ status, stderr, stdout }: Outcome, message: RegExp | string): void => {
  expect(stderr.split('\n').findLast((line) => line !== '') ?? '').toMatch(message);
  expect(stderr).toContain('spec: ');
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect([status, stdout]).toEqual([65, '']);
  expect(changedBetween(before, treeOf(root))).toEqual([]);
};

/** With no more memory than 1 GiB. */
const importText = (name: string, text: string): Outcome =>
  spec(root, ['import', 'parcels', '2030-01', write(name, text)], {}, [
    '--max-old-space-size=1024',
  ]);

const ALIASES = `${'abcdefghij'
  .split('')
  .map((name, index, all) => {
    const before = all[index - 1];
    return `x-${name}: &${name} [${before ? Array(9).fill(`*${before}`).join(', ') : 'bomb'}]`;
  })
  .join('\n')}\n`;

describe('an import refuses', () => {
  it.each<[what: string, file: string, text: string, message: RegExp | string]>([
    [
      'two operations of one id',
      'a.json',
      replaced('"Parcels_FindOne"', '"Parcels_FindAll"'),
      /operationIds 'Parcels_FindAll' \(GET \/2030-01\/parcels\) and 'Parcels_FindAll' .* are the same/,
    ],
    [
      'an operation without id',
      'a.json',
      replaced('"operationId": "Parcels_FindOne",', ''),
      /GET \/2030-01\/parcels\/\{parcelId\} has no operationId/,
    ],
    [
      'two operations that would have one name',
      'a.json',
      replaced('"Parcels_FindOne"', '"Parcels-FindAll"'),
      /'parcelsFindAll'/,
    ],
    [
      'an operation that would be called as the language calls one of its own',
      'a.json',
      replaced('"Parcels_Delete"', '"delete"'),
      /'delete' is a name of the language; give it another name in the overlay \(x-name\)/,
    ],
    [
      'an operation of the name of a device',
      'a.json',
      replaced('"Parcels_Delete"', '"CON"'),
      /'CON' is a device of Windows/,
    ],
    [
      'a schema that would change every object',
      'a.json',
      schemas({ constructor: { type: 'object' } }),
      /'constructor' is a name of the language/,
    ],
    ['Swagger 2', 'a.json', '{"swagger":"2.0","paths":{"/a":{}}}', /Swagger 2\.0/],
    ['OpenAPI 3.1', 'a.json', replaced('"3.0.1"', '"3.1.0"'), /OpenAPI 3\.1\.0/],
    ['a JSON file that ends too soon', 'a.json', GOOD.slice(0, 4000), /a\.json seems cut off/],
    ['a YAML file that ends in a word', 'a.yaml', YAML.slice(0, 1200), /a\.yaml/],
    [
      'a page that was saved as a document',
      'a.json',
      '<!DOCTYPE html><html><body>Sign in</body></html>',
      /is a page \(HTML or XML\)/,
    ],
    ['a document of no paths', 'a.json', '{"openapi":"3.0.3","paths":{}}', /no paths/],
    [
      "another product's document",
      'a.json',
      GOOD.replaceAll('/parcels', '/depots'),
      /No path of the document is one of parcels \(parcels\); found: depots, oauth/,
    ],
    [
      "another version's document",
      'a.json',
      GOOD.replaceAll('/2030-01/', '/2029-10/'),
      /begin with 2029-10.*--path-version 2029-10/,
    ],
    ['aliases that unfold to a billion', 'a.yaml', `${YAML}${ALIASES}`, /is a YAML alias/],
    ['lists 20,000 deep', 'a.json', wrapped(20_000, '[', ']'), /deeper than 128 levels/],
    ['objects 20,000 deep', 'a.json', wrapped(20_000, '{"a":', '}'), /deeper than 128 levels/],
    ['YAML 20,000 deep', 'a.yaml', `openapi: ${'['.repeat(20_000)}`, /deeper than 128 levels/],
    [
      'a million values',
      'a.json',
      `{"openapi":"3.0.3","x":[${'1,'.repeat(1_000_000)}1]}`,
      /too many values/,
    ],
    ['a million values in YAML', 'a.yaml', `x:\n${'- 1\n'.repeat(1_000_000)}`, /too many values/],
    [
      'a schema that is made of itself',
      'a.json',
      schemas({
        A: { allOf: [{ $ref: '#/components/schemas/B' }] },
        B: { $ref: '#/components/schemas/A' },
      }),
      /a cycle of \$refs/,
    ],
    ['a document that is a list', 'a.json', '[1]', /holds no object/],
    ['an empty file', 'a.json', '', /is empty/],
  ])('%s', (_, file, text, message) => expectRefused(importText(file, text), message));

  it.each([
    'http://127.0.0.1:9/schemas.json',
    'https://docs.acme.example/schemas.json',
    'file:///etc/passwd',
    '../../x.json',
    '/etc/passwd',
    '//169.254.169.254/latest',
  ])('a reference to %s, which it never follows', (target) => {
    expectRefused(
      importText('a.json', schemas({ A: { $ref: target } })),
      new RegExp(`#/components/schemas/A: the \\$ref '${target}' leads out|'${target}'`),
    );
  });

  it('a server of an operation, which would get the token', () =>
    expectRefused(
      importText(
        'a.json',
        replaced(
          '"operationId": "Parcels_FindOne",',
          '"operationId": "Parcels_FindOne", "servers": [{ "url": "https://evil.example" }],',
        ),
      ),
      /GET \/2030-01\/parcels\/\{parcelId\} has servers of its own, which would get the token/,
    ));

  it('a file of 200 MB', () => {
    const path = write('large.json', '');
    truncateSync(path, 200 * 1024 * 1024);
    expectRefused(spec(root, ['import', 'parcels', '2030-01', path]), /larger than 16 MiB/);
  });

  it('a file that is not there', () =>
    expectRefused(
      spec(root, ['import', 'parcels', '2030-01', join(folder, 'nothing.json')]),
      /The file '.*nothing\.json' does not exist/,
    ));

  it('an overlay that is not there, or is none', () => {
    const importWith = (overlay: string): Outcome =>
      spec(root, [
        'import',
        'parcels',
        '2030-01',
        acmeDocument('parcels-2030-01.json'),
        '--overlay',
        overlay,
      ]);
    expectRefused(importWith(join(folder, 'nothing.yaml')), /nothing\.yaml' does not exist/);
    expectRefused(importWith(write('none.yaml', 'overlay: 1.0.0')), /The overlay is not valid/);
  });

  it('a product that the vendor has not', () =>
    expectRefused(
      spec(root, ['import', 'letters', '2030-01', acmeDocument('parcels-2030-01.json')]),
      "The vendor acme has no product 'letters'. It has: parcels, depots.",
    ));

  it.each(['latest', '../2030-01', '2030-1', '__proto__'])('a version called %s', (version) =>
    expectRefused(
      spec(root, ['import', 'parcels', version, acmeDocument('parcels-2030-01.json')]),
      `'${version}' is no name of a version. They are called: `,
    ),
  );

  it('a URL of a host that is none of the vendor, and one of a product without an address', () => {
    expectRefused(
      spec(root, ['import', 'parcels', '2030-01', 'https://elsewhere.example/a.json']),
      /'elsewhere\.example' is no host of documents/,
    );
    expectRefused(spec(root, ['import', 'depots', '2030-01']), /no address of documents/);
  });

  it('to begin where there is no project', () => {
    const nowhere = join(folder, 'nowhere');
    const { status, stderr } = spec(nowhere, ['import', 'parcels', '2030-01', folder]);
    expect([status, stderr]).toEqual([65, `spec: ${nowhere} holds no folder specs/.\n`]);
    expect(existsSync(nowhere)).toBe(false);
    for (const command of ['status', 'guides', 'generate', 'facts'])
      expect([command, spec(nowhere, [command]).status]).toEqual([command, 65]);
  });
});

describe('a command with other arguments than it takes ends with 2', () => {
  it.each([
    [['import']],
    [['import', 'parcels']],
    [['import', 'parcels', '2030-01', 'a.json', 'b.json']],
    [['import', 'parcels', '2030-01', '--path-version']],
    [['import', 'parcels', '2030-01', '--dry']],
    [['diff', 'parcels/2030-01']],
    [['diff', 'a.json', 'b.json', 'c.json']],
    [['guides', 'parcels']],
    [['status', 'parcels']],
  ])('%j', (args) => {
    const { status, stderr, stdout } = spec(root, args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: npm run spec -- <command>');
    expect(changedBetween(before, treeOf(root))).toEqual([]);
  });
});
