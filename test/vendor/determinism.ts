import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Fact } from './harness.ts';
import {
  changedBetween,
  contentOf,
  newProject,
  type Surroundings,
  spec,
  textIn,
} from './project.ts';
import { FIRST, SECOND } from './two-versions.ts';

const ELSEWHERE: Surroundings = {
  cwd: tmpdir(),
  env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
};

/** The same input, imported elsewhere. */
export const determinismFacts = (root: string): Fact[] => [
  {
    what: 'the same imports in another folder, time zone and language write the same bytes',
    prove: () => {
      const other = newProject();
      try {
        for (const args of [FIRST, SECOND]) {
          const { status, stderr } = spec(other, args, ELSEWHERE);
          assert.equal(status, 0, stderr);
        }
        const differing = changedBetween(contentOf(root), contentOf(other));
        assert.deepEqual(
          differing.filter(
            (file) => sourceWithoutDay(root, file) !== sourceWithoutDay(other, file),
          ),
          [],
        );
      } finally {
        rmSync(other, { recursive: true });
      }
    },
  },
];

// Midnight may come between two imports.
const sourceWithoutDay = (root: string, file: string): string =>
  file.endsWith('/source.json')
    ? textIn(root, file).replace(/"importedAt": "[\d-]+"/, '')
    : `${root}/${file}`;
