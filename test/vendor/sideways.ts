import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from './harness.ts';
import { acmeDocument, changedBetween, contentOf, spec, textIn, treeOf } from './project.ts';
import { OF_PACKAGE } from './two-versions.ts';
import { compilePackage } from './user.ts';

const DEPOTS = ['import', 'depots', '2030-01', acmeDocument('depots-2030-01.yaml')];
const CONFIRMED = ['--path-version', '2029-10', '--path-version', 'legacy'];

/** Versions in paths, and a candidate. */
export const sidewaysFacts = (root: string): Fact[] => [
  {
    what: 'paths of other versions stop the import, which proposes the options that confirm them',
    prove: () => {
      const before = treeOf(root);
      const { status, stderr, stdout } = spec(root, DEPOTS);
      assert.deepEqual([status, stdout], [65, '']);
      assert.ok(
        stderr.endsWith(
          `spec: Paths of depots/2030-01 begin with 2029-10, legacy. If all of them belong to it, add to the command: ${CONFIRMED.join(' ')}\n`,
        ),
        stderr,
      );
      assert.equal(spec(root, [...DEPOTS, '--path-version', 'legacy']).status, 65);
      assert.deepEqual(changedBetween(before, treeOf(root)), []);
    },
  },
  {
    what: 'with these options it goes through, and source.json keeps the list',
    prove: () => {
      const { status, stderr, stdout } = spec(root, [...DEPOTS, ...CONFIRMED]);
      assert.equal(status, 0, stderr);
      const { importedAt, origin, pathVersions, sha256 } = JSON.parse(
        textIn(root, 'specs/depots/2030-01/source.json'),
      ) as Record<string, unknown>;
      assert.deepEqual(pathVersions, ['2029-10', '2030-01', 'legacy']);
      assert.equal(origin, 'depots-2030-01.yaml');
      assert.match(`${importedAt} ${sha256}`, /^\d{4}-\d{2}-\d{2} [\da-f]{64}$/);
      // Nobody wrote words for it.
      assert.match(stdout, /## To be written in the overlay \(6\)/);
      compilePackage(root, 'depots');
    },
  },
  {
    what: 'the next import of that version needs no confirmation',
    prove: () => {
      const before = treeOf(root);
      const { status, stdout } = spec(root, DEPOTS);
      assert.equal(status, 0);
      assert.match(stdout, /^# depots\/2030-01: nothing changed\n/);
      assert.deepEqual(changedBetween(before, treeOf(root)), []);
    },
  },
  {
    what: 'a candidate has a subpath of its own, and says thrice that it promises nothing',
    prove: () => {
      const before = contentOf(root);
      const document = join(root, 'candidate.yaml');
      const text = readFileSync(acmeDocument('parcels-2030-06.yaml'), 'utf8');
      writeFileSync(document, text.replaceAll('2030-06', '2030-12'));
      const { status, stderr, stdout } = spec(root, ['import', 'parcels', '2030-12-rc', document]);
      rmSync(document);
      assert.equal(status, 0, stderr);
      // Old names stay for one version.
      assert.match(stdout, /Compared with parcels\/2030-06: \*\*major\*\*/);
      assert.match(stdout, /^- `ParcelV1` is gone; it was an alias of `ParcelV2`\./m);
      const { exports } = JSON.parse(textIn(root, 'packages/parcels/package.json')) as {
        exports: Record<string, { types: string }>;
      };
      assert.deepEqual(Object.keys(exports), [
        '.',
        './2030-01',
        './2030-06',
        './2030-12-rc',
        './package.json',
      ]);
      assert.equal(exports['./2030-12-rc']?.types, './dist/2030-12-rc/index.d.ts');
      assert.match(
        textIn(root, 'packages/parcels/src/2030-12-rc/index.ts'),
        /\/\*\* Client of the Parcel Service 2030-12-rc\. Unstable: no promise of semver, /,
      );
      assert.match(
        textIn(root, 'packages/parcels/README.md'),
        /^\| `2030-12-rc`, without a promise of semver \|/m,
      );
      assert.match(
        textIn(root, '.changeset/parcels-2030-12-rc.md'),
        /It is no stable version of the API: it changes without a promise of semver\./,
      );
      const changed = changedBetween(before, contentOf(root));
      assert.deepEqual(
        changed.filter((file) => before.has(file)),
        OF_PACKAGE,
      );
      assert.deepEqual(
        changed.filter((file) => file.startsWith('docs/migrate')),
        [],
      );
      compilePackage(root, 'parcels');
    },
  },
  {
    what: 'its stable version takes the words that were written for the candidate',
    prove: () => {
      const overlay = join(root, 'specs/parcels/2030-12-rc/overlay.yaml');
      const written = readFileSync(overlay, 'utf8');
      writeFileSync(overlay, written.replace(/summary: .*/, 'summary: Words of the candidate.'));
      const document = join(root, 'stable.yaml');
      const text = readFileSync(acmeDocument('parcels-2030-06.yaml'), 'utf8');
      writeFileSync(document, text.replaceAll('2030-06', '2030-12'));
      const run = spec(root, ['import', 'parcels', '2030-12', document, '--dry-run']);
      const { status, stderr, stdout } = spec(root, ['import', 'parcels', '2030-12', document]);
      rmSync(document);
      assert.equal(status, 0, stderr);
      assert.match(run.stderr, /carrying over what parcels\/2030-12-rc knows/);
      assert.match(stdout, /Compared with parcels\/2030-06: /);
      assert.match(textIn(root, 'specs/parcels/2030-12/overlay.yaml'), /Words of the candidate\./);
    },
  },
];
