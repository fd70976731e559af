import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { programInto } from './bundle.js';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'core-garbage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = programInto(folder, 'garbage-process');

// A young generation that is cleared often, and an old one that is large enough to be left alone.
const FLAGS = [
  '--max-semi-space-size=1',
  '--initial-old-space-size=512',
  '--no-incremental-marking',
];

describe('what a call leaves behind', () => {
  it('dies young: of a call, its answer and its connection next to nothing comes among the old objects', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [...FLAGS, program], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    // They were 12 kB once.
    for (const bytes of JSON.parse(stdout) as number[]) expect(bytes).toBeLessThan(1_000);
  }, 60_000);
});
