import assert from 'node:assert/strict';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from './harness.ts';
import {
  acmeDocument,
  changedBetween,
  contentOf,
  copyOfProject,
  spec,
  textIn,
  treeOf,
} from './project.ts';
import { SECOND } from './two-versions.ts';
import { compilePackage } from './user.ts';

export const REPUBLISHED: readonly string[] = [
  'import',
  'parcels',
  '2030-06',
  acmeDocument('parcels-2030-06-republished.yaml'),
];

/** A version that the vendor published again. */
export const inPlaceFacts = (root: string): Fact[] => [
  {
    what: 'the same document again changes no byte, and no time of a file',
    prove: () => {
      const before = treeOf(root);
      const { status, stderr, stdout } = spec(root, SECOND);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^# parcels\/2030-06: nothing changed\n/);
      assert.deepEqual(changedBetween(before, treeOf(root)), []);
    },
  },
  {
    what: 'other words of the vendor in the same document change nothing, either',
    prove: () => {
      const before = treeOf(root);
      const document = join(root, 'reworded.yaml');
      const text = readFileSync(acmeDocument('parcels-2030-06.yaml'), 'utf8');
      writeFileSync(document, text.replaceAll('Where is it?', 'Where has it gone?'));
      const { status, stdout } = spec(root, ['import', 'parcels', '2030-06', document]);
      rmSync(document);
      assert.equal(status, 0);
      assert.match(stdout, /: nothing changed\n/);
      assert.deepEqual(changedBetween(before, treeOf(root)), []);
    },
  },
  {
    what: 'a dry run of the republished document writes nothing',
    prove: () => {
      const before = treeOf(root);
      const { status, stdout } = spec(root, [...REPUBLISHED, '--dry-run', '--json']);
      assert.equal(status, 0);
      const { bump, files, isNew, release } = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual([bump, release, isNew], ['major', 'minor', false]);
      assert.ok(Array.isArray(files) && files.includes('docs/drift/parcels.md'));
      assert.deepEqual(changedBetween(before, treeOf(root)), []);
    },
  },
  {
    what: 'a version that the vendor changed in place: drift, changeset, guide, and no other subpath',
    prove: () => {
      release(root);
      compilePackage(root, 'parcels');
      const [before, declared] = [contentOf(root), declarationsOf(root)];
      const { status, stderr, stdout } = spec(root, REPUBLISHED);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^# parcels\/2030-06: changed in place\n/);
      assert.match(stdout, /\*\*major\*\* for users of the entry point\. .*: \*\*minor\*\* \(/);
      assert.match(stdout, /- `ParcelV2\.note` .*`key-removed`/);
      assert.match(stdout, /parcel\.parcelsSignature` is new/);
      compilePackage(root, 'parcels');

      const changed = changedBetween(before, contentOf(root));
      const changeset = changed.find((file) => file.startsWith('.changeset/')) ?? '';
      const own = (file: string): boolean =>
        file.startsWith('packages/parcels/src/2030-06/generated/') ||
        file.startsWith('specs/parcels/2030-06/');
      assert.deepEqual(
        changed.filter((file) => !own(file)),
        [
          changeset,
          'docs/drift/parcels.json',
          'docs/drift/parcels.md',
          'docs/migrate/parcels/2030-01-to-2030-06.md',
          'docs/migrate/parcels/2030-06-to-2030-12.md',
          'docs/reference/README.md',
          'docs/reference/parcels/2030-06/ParcelApi.md',
          'docs/reference/parcels/2030-06/README.md',
          'docs/reference/parcels/README.md',
          'test/boundaries/names/parcels-2030-06.txt',
        ],
      );
      assert.match(changeset, /^\.changeset\/parcels-2030-06-in-place-[\da-f]{8}\.md$/);
      const text = textIn(root, changeset);
      assert.match(text, /^---\n'@acme\/parcels': minor\n---\n\n`@acme\/parcels\/2030-06` follows/);
      assert.match(text, /- `ParcelV2\.note`/);
      assert.deepEqual(
        changedBetween(declared, declarationsOf(root)).filter(
          (file) => !file.startsWith('packages/parcels/dist/2030-06/'),
        ),
        [],
      );
      assert.ok(declared.size > 30, `only ${declared.size} declarations were found`);
    },
  },
  {
    what: 'the feed tells what changed in place and whom it breaks; the page says it to readers',
    prove: () => {
      const [entry, ...others] = feedOf(root);
      assert.deepEqual(others, []);
      assert.deepEqual([entry?.version, entry?.bump], ['2030-06', 'major']);
      assert.match(`${entry?.sha256.before} ${entry?.sha256.after}`, /^[\da-f]{64} [\da-f]{64}$/);
      const broken = entry?.findings.find(({ kind }) => kind === 'key-removed');
      assert.deepEqual(broken?.methods, [
        'parcel.createParcel',
        'parcel.getParcel',
        'parcel.listParcels',
      ]);
      const page = textIn(root, 'docs/drift/parcels.md');
      assert.match(page, /^# What Acme changed in place: Parcel Service\n/);
      assert.match(page, /## 2030-06, seen on \d{4}-\d{2}-\d{2}: major\n/);
      assert.match(page, /- \*\*major\*\* `ParcelV2\.note` .* Reaches `parcel\.createParcel`/);
    },
  },
  {
    what: 'changed back, it is told as well: the feed grows, and no changeset is lost',
    prove: () => {
      const copy = copyOfProject(root);
      const { status, stderr } = spec(copy, SECOND);
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        feedOf(copy).map(({ bump }) => bump),
        ['major', 'major'],
      );
      assert.match(textIn(copy, 'docs/drift/parcels.md'), /^## .*^## /ms);
      assert.equal(globSync('.changeset/parcels-2030-06-in-place-*.md', { cwd: copy }).length, 2);
      rmSync(copy, { recursive: true });
    },
  },
];

// What `changeset version` does with the files of the imports before.
const release = (root: string): void => {
  for (const file of globSync('.changeset/*.md', { cwd: root })) rmSync(join(root, file));
};

const declarationsOf = (root: string): ReadonlyMap<string, string> =>
  new Map(
    globSync('packages/{parcels,depots}/dist/**/*.d.ts', { cwd: root })
      .sort()
      .map((file) => [file, textIn(root, file)]),
  );

interface FeedEntry {
  readonly version: string;
  readonly bump: string;
  readonly sha256: { readonly before: string; readonly after: string };
  readonly findings: readonly { readonly kind: string; readonly methods: readonly string[] }[];
}

const feedOf = (root: string): readonly FeedEntry[] =>
  JSON.parse(textIn(root, 'docs/drift/parcels.json')) as FeedEntry[];
