import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from './harness.ts';
import {
  acmeDocument,
  changedBetween,
  contentOf,
  fixture,
  type Outcome,
  spec,
  textIn,
  treeOf,
} from './project.ts';
import { callBoth, compilePackage, compileProgram, compileSample } from './user.ts';

export const FIRST: readonly string[] = [
  'import',
  'parcels',
  '2030-01',
  acmeDocument('parcels-2030-01.json'),
  '--overlay',
  fixture('parcels-2030-01.overlay.yaml'),
];
export const SECOND: readonly string[] = [
  'import',
  'parcels',
  '2030-06',
  acmeDocument('parcels-2030-06.yaml'),
];

/** What is there before a new version, and names it afterwards. */
export const OF_PACKAGE: readonly string[] = [
  'docs/reference/README.md',
  'docs/reference/parcels/README.md',
  'packages/parcels/AGENTS.md',
  'packages/parcels/README.md',
  'packages/parcels/package.json',
];

/** A first version, and a second one: the first real bump. */
export const twoVersionFacts = (root: string): Fact[] => {
  const run = (...args: string[]): Outcome => spec(root, args);
  let rehearsed = '';
  return [
    {
      what: 'a dry run writes nothing, and prints what the import prints',
      prove: () => {
        const before = treeOf(root);
        const { status, stdout } = spec(root, [...FIRST, '--dry-run']);
        assert.equal(status, 0);
        assert.deepEqual(changedBetween(before, treeOf(root)), []);
        assert.equal(existsSync(join(root, '.cache')), false);
        rehearsed = stdout;
      },
    },
    {
      what: 'the first import makes the package, and tells its steps on stderr',
      prove: () => {
        const { status, stderr, stdout } = spec(root, FIRST);
        assert.equal(status, 0, stderr);
        assert.deepEqual(steps(stderr), [
          `reading ${FIRST[3]}`,
          'proposing facts',
          'reading parcels/2030-01',
          'running openapi-generator, one process',
          'formatting',
          'writing 16 files and folders',
        ]);
        assert.equal(
          stdout,
          rehearsed
            .replace(' (dry run: nothing was written)', '')
            .replace('## Would be written', '## Written'),
        );
        assert.match(stdout, /^# parcels\/2030-01: a new version\n/);
        assert.equal(
          textIn(root, '.changeset/parcels-2030-01.md'),
          "---\n'@acme/parcels': minor\n---\n\n`@acme/parcels/2030-01`: the Parcel Service 2030-01, 6 operations.\n",
        );
      },
    },
    {
      what: 'no word of the vendor comes in, and the words of our overlay stay as they were written',
      prove: () => {
        const document = textIn(root, 'specs/parcels/2030-01/openapi.yaml');
        assert.doesNotMatch(
          document,
          /<h1>|example:|^\s+x-|externalDocs|Who you are|Request access/m,
        );
        const written = textIn(root, 'specs/parcels/2030-01/overlay.yaml');
        const given = textIn(fixture('.'), 'parcels-2030-01.overlay.yaml');
        const title = 'Corrections and facts for the Acme Parcel Service 2030-01';
        assert.equal(written, given.replace("Facts for Acme's parcels", title));
      },
    },
    {
      what: 'the package compiles, with what it tells agents, and generated code is up to date',
      prove: () => {
        compilePackage(root, 'parcels');
        const page = textIn(root, 'packages/parcels/AGENTS.md');
        assert.match(page, /^\| `2030-01` \| - \| 2031-02 \| `@acme\/parcels\/2030-06` \|$/m);
        assert.match(page, /await client\.parcel\.listParcels\(\)/);
        const [, sample = ''] = /```ts\n([^`]*)```/.exec(page) ?? [];
        assert.equal(compileSample(root, sample), '');
        assert.notEqual(compileSample(root, sample.replace('listParcels', 'listBoxes')), '');
        assert.equal(run('generate').stdout, 'unchanged parcels/2030-01\n');
      },
    },
    {
      what: 'each class has a reference page, whose samples compile, and the package takes it along',
      prove: () => {
        const folder = 'docs/reference/parcels/2030-01';
        const pages = globSync('*Api.md', { cwd: join(root, folder) }).sort();
        assert.deepEqual(pages, ['OAuthApi.md', 'ParcelApi.md', 'PostmanApi.md']);
        for (const page of pages) {
          const [head, ...samples] = [
            ...textIn(root, `${folder}/${page}`).matchAll(/^```ts\n([^`]*)```$/gm),
          ].map(([, code = '']) => code);
          // What is declared and not used is refused here.
          const calls = samples.map((code) => code.replace(/^const .*? = /, ''));
          // What only a user can have.
          const given = calls.some((code) => code.includes('refreshToken,'))
            ? ['declare const refreshToken: string;']
            : [];
          const program = [head, ...given, ...calls].join('\n');
          assert.ok(samples.length > 0, page);
          assert.equal(compileSample(root, program), '', page);
          assert.notEqual(compileSample(root, program.replaceAll('await ', 'await no.')), '', page);
        }
        assert.match(
          textIn(root, `${folder}/ParcelApi.md`),
          /^`GET https:\/\/api\.acme\.example\//m,
        );
        assert.match(textIn(root, 'packages/parcels/package.json'), /"reference"/);
      },
    },
    {
      what: 'the second import is a bump: breaks, additions, what is to be written, what was left',
      prove: () => {
        const before = contentOf(root);
        const page = join(root, 'report.md');
        const { status, stderr, stdout } = spec(root, [...SECOND, '--report', page]);
        assert.equal(status, 0, stderr);
        assert.equal(readFileSync(page, 'utf8'), stdout.slice(0, -1));
        rmSync(page);
        assert.match(
          stdout,
          /Compared with parcels\/2030-01: \*\*major\*\* .*package: \*\*minor\*\*/,
        );
        assert.deepEqual(partOf(stdout, 'Breaks'), [
          '- `NewParcelV1.weightGrams` is required now. `key-became-required`',
          "- `ParcelV1.status` no longer has 'lost'. (3 methods) `enum-value-removed`",
          "- `parcel.listParcels`, parameter `status`, no longer has 'lost'. `enum-value-removed`",
          '- `postman.listPostmen` is gone: nothing stands at `GET /2030-01/parcels/postmen`. `operation-removed`',
        ]);
        assert.deepEqual(partOf(stdout, 'To be written'), [
          '- GET /2030-06/parcels/{parcel-id}/track: no summary',
          "- $.paths['/2030-06/parcels/{parcel-id}/track'].get: facts proposed, not decided",
        ]);
        assert.deepEqual(partOf(stdout, 'Left behind'), [
          "- $.paths['/2030-01/parcels/postmen'].get",
        ]);
        assert.match(steps(stderr).join('\n'), /compiling users of the version before/);
        assert.match(
          textIn(root, '.changeset/parcels-2030-06.md'),
          /^---\n'@acme\/parcels': minor/,
        );
        const touched = changedBetween(before, contentOf(root)).filter((file) => before.has(file));
        assert.deepEqual(touched, OF_PACKAGE);
      },
    },
    {
      what: 'names, words and comments are carried over; old names of types stay as aliases',
      prove: () => {
        const names = textIn(root, 'test/boundaries/names/parcels-2030-06.txt').split('\n');
        for (const name of ['getToken', 'listParcels', 'cancelParcel', 'parcelsTrack'])
          assert.ok(names.includes(name), name);
        for (const name of ['ParcelV1', 'ParcelV2', 'ParcelListV1', 'NewParcelV1'])
          assert.ok(names.includes(name), name);
        assert.ok(!names.includes('listPostmen'));
        const overlay = textIn(root, 'specs/parcels/2030-06/overlay.yaml');
        assert.match(overlay, /# It is a cancellation: nothing is deleted\.\n.*\/\{parcel-id\}/);
        assert.match(overlay, /\['ParcelV2', 'NewParcelV2'\]\.properties\.weightGrams/);
        assert.match(overlay, /x-aliases:\n\s+- ParcelV1\n/);
        const models = textIn(root, 'packages/parcels/src/2030-06/generated/models.ts');
        assert.match(models, /@deprecated[^/]*\*\/\nexport type ParcelV1 = ParcelV2;/);
      },
    },
    {
      what: 'the guide shows what to write instead, and each line of it is true for the compiler',
      prove: () => {
        compilePackage(root, 'parcels');
        const guide = textIn(root, 'docs/migrate/parcels/2030-01-to-2030-06.md');
        assert.match(guide, /-import \{ createClient \} from '@acme\/parcels\/2030-01';/);
        const [before, after] = [codeIn(guide, 'before'), codeIn(guide, 'after')];
        assert.ok(before.length >= 4 && after.length >= 1, guide);
        assert.deepEqual(compileProgram(root, '2030-01', before), []);
        assert.deepEqual(
          [...new Set(compileProgram(root, '2030-06', before))],
          before.map((_, index) => index),
        );
        assert.deepEqual(compileProgram(root, '2030-06', after), []);
      },
    },
    {
      what: 'a user of both versions compiles, and calls each',
      prove: () => callBoth(root),
    },
    {
      what: 'diff says the same of the two, and its exit code the bump',
      prove: () => {
        const { status, stderr, stdout } = run(
          'diff',
          'parcels/2030-01',
          'parcels/2030-06',
          '--json',
          '--exit-code',
        );
        const { bump, findings } = JSON.parse(stdout) as { bump: string; findings: object[] };
        assert.deepEqual([status, bump, findings.length, stderr], [30, 'major', 13, '']);
        for (const finding of findings)
          for (const key of ['kind', 'level', 'message']) assert.ok(key in finding, key);
        const [old, fresh] = [String(FIRST[3]), String(SECOND[3])];
        assert.equal(run('diff', old, fresh, '--exit-code').status, 30);
        assert.equal(run('diff', old, fresh).status, 0);
        const same = run('diff', old, old, '--json', '--exit-code');
        assert.deepEqual([same.status, same.stdout], [0, '{"bump":"none","findings":[]}\n']);
        assert.equal(run('diff', 'parcels/2030-01', 'parcels/2029-01').status, 65);
      },
    },
    {
      what: 'generate finds both up to date, status both imported, guides nothing to change',
      prove: () => {
        const before = contentOf(root);
        assert.equal(
          run('generate').stdout,
          'unchanged parcels/2030-01\nunchanged parcels/2030-06\n',
        );
        assert.equal(
          run('status', '--at', '2030-10-01').stdout.replace(/ {2,}/g, '  '),
          `parcels/2030-01  stable  imported  2031-02, 123 days left  -> parcels/2030-06
parcels/2030-06  stable  imported  -
parcels/2030-12-rc  candidate -  -  Unstable: no promise of semver, it may change in any release.
`,
        );
        assert.equal(run('guides').stdout, 'docs/migrate/parcels/2030-01-to-2030-06.md\n');
        assert.deepEqual(changedBetween(before, contentOf(root)), []);
      },
    },
  ];
};

/** The steps that were told, in order. */
export const steps = (stderr: string): string[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^· /, ''));

/** The lines of a part of a report. */
const partOf = (page: string, title: string): string[] => {
  const part = page.split('\n## ').find((one) => one.startsWith(title)) ?? '';
  return part.split('\n').filter((line) => line.startsWith('- '));
};

const codeIn = (guide: string, part: string): string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`ts ${part}\\n([^\`]*)\\n\`\`\``, 'g'))].flatMap(
    ([, code = '']) => code.split('\n'),
  );
