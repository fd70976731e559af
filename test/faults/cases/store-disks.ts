import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type Case, seen } from '../bench.ts';
import { withProcesses } from '../processes.ts';
import { inFolder, NOBODY } from '../token-folder.ts';

/** Disks that take no token. */
export const STORE_DISKS: readonly Case[] = [
  {
    id: 'F69',
    what: 'a folder that cannot be written, is read-only, or full: calls succeed from memory; one warning for each operation of the store that fails',
    alone: true,
    run: async (bench) => {
      const obstacles = OBSTACLES.filter(({ mounts }) => !mounts || canMount());
      for (const obstacle of obstacles) await meet(bench, obstacle);
      const leftOut = OBSTACLES.filter((one) => !obstacles.includes(one));
      const met = `the disk answered ${codes(obstacles)}`;
      if (leftOut.length === 0) return met;
      return `${met}; left out, as this machine lets us mount nothing: ${codes(leftOut)}`;
    },
  },
];

interface Obstacle {
  /** What the disk answers to a write. */
  readonly code: string;
  readonly fails: readonly (keyof typeof WARNINGS)[];
  readonly spoil?: (folder: string, root: string) => void;
  /** User that root becomes. */
  readonly as?: string;
  /** Shell commands before the process begins; `$0` is the folder. */
  readonly shell?: string;
  /** In a namespace of its own, where it may mount what nobody else sees. */
  readonly mounts?: true;
}

const WARNINGS = {
  lock: 'The token store gave no lock; others may renew at the same time.',
  save: 'The token store failed to save; the token is kept in memory.',
};

const OBSTACLES: readonly Obstacle[] = [
  {
    code: 'EACCES',
    fails: ['lock', 'save'],
    spoil: (folder, root) => {
      chmodSync(folder, 0o500);
      if (process.getuid?.() !== 0) return;
      chownSync(folder, NOBODY, NOBODY);
      chmodSync(root, 0o711);
    },
    as: String(NOBODY),
  },
  // Files may not have a single byte; the empty ones of a lock are fine.
  { code: 'EFBIG', fails: ['save'], shell: 'ulimit -f 0' },
  {
    code: 'EROFS',
    fails: ['lock', 'save'],
    shell: 'mount -t tmpfs -o ro,mode=700 tokens "$0"',
    mounts: true,
  },
  {
    code: 'ENOSPC',
    fails: ['save'],
    shell:
      'mount -t tmpfs -o size=4k,mode=700 tokens "$0" && { head -c 1m /dev/zero >"$0/filler"; } 2>/dev/null; test -s "$0/filler"',
    mounts: true,
  },
];

const NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount'];

const canMount = (): boolean => {
  const [command = '', ...rest] = [...NAMESPACE, 'mount', '-t', 'tmpfs', 'tokens', tmpdir()];
  return spawnSync(command, rest).status === 0;
};

const codes = (obstacles: readonly Obstacle[]): string =>
  obstacles.map(({ code }) => code).join(', ');

const meet = (bench: Bench, { code, fails, spoil, as = '', shell, mounts }: Obstacle) =>
  inFolder((root) =>
    withProcesses(async (start) => {
      const folder = join(root, 'tokens');
      mkdirSync(folder, { mode: 0o700 });
      spoil?.(folder, root);
      const { api, token } = await bench.counts();
      const through = shell ? ['sh', '-c', `${shell} && exec "$@"`, folder] : [];
      const args = [bench.url, folder, as];
      const caller = start('caller', args, [...(mounts ? NAMESPACE : []), ...through]);
      assert.deepEqual(await caller.heard(), {
        disk: code,
        warnings: fails.map((operation) => WARNINGS[operation]),
        halfWritten: [],
      });
      await seen(bench, { token: token.length + 1, api: api.length + 2 }, code);
    }),
  );
