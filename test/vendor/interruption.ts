import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Fact } from './harness.ts';
import {
  changedBetween,
  contentOf,
  copyOfProject,
  fixture,
  type Outcome,
  spec,
} from './project.ts';
import { SECOND } from './two-versions.ts';

/*
 * A version in place, interrupted at some of its changes; tools/spec/test/transaction.test.ts does
 * it at every one, without a generator.
 */

type Content = ReadonlyMap<string, string>;

const MAIN = resolve(import.meta.dirname, '../../tools/spec/main.ts');
// It finishes or undoes what it finds, and then has nothing to import.
const NEXT = ['import', 'parcels', '2030-06', '/no/such/file.json'];

export const interruptionFacts = (root: string): Fact[] => {
  const old = (): Content => contentOf(root);
  let fresh: Content = new Map();
  return [
    {
      what: 'a second import at the same time is refused, and the first comes to its end',
      prove: async () => {
        const copy = copyOfProject(root);
        const first = spawn(process.execPath, [MAIN, ...SECOND, '--root', copy]);
        first.stdout.resume();
        const ended = once(first, 'exit');
        await said(first.stderr, 'running openapi-generator');
        const { status, stderr, stdout } = spec(copy, NEXT);
        assert.deepEqual([status, stdout], [65, '']);
        assert.equal(
          stderr,
          `spec: Another import (process ${first.pid}) is at work; wait for its end, then try again.\n`,
        );
        assert.deepEqual(await ended, [0, null]);
        fresh = contentOf(copy);
        assert.ok(changedBetween(old(), fresh).length > 8);
        rmSync(copy, { recursive: true });
      },
    },
    ...(
      [
        ['before it prepared a file', 4, 'undone'],
        ['while it prepared its files', 8, 'undone'],
        ['when all was prepared', 20, 'finished'],
        ['halfway through its moves', 33, 'finished'],
      ] as const
    ).map(
      ([when, at, what]): Fact => ({
        what: `killed ${when}, it is ${what} by the next import`,
        prove: () => {
          const copy = copyOfProject(root);
          const { signal } = interrupted(copy, { KILL_AT: String(at) });
          assert.equal(signal, 'SIGKILL');
          const { stderr, status } = spec(copy, NEXT);
          assert.equal(status, 65);
          assert.match(stderr, new RegExp(`· an earlier import was interrupted: ${what} it\n`));
          const expected = what === 'undone' ? old() : fresh;
          assert.deepEqual(changedBetween(expected, contentOf(copy)), []);
          rmSync(copy, { recursive: true });
        },
      }),
    ),
    {
      what: 'on a disk that is full while it prepares its files, it leaves everything as it was',
      prove: () => {
        const copy = copyOfProject(root);
        const { status, stderr, stdout } = interrupted(copy, { FULL_AT: '8' });
        assert.deepEqual([status, stdout], [1, '']);
        assert.match(stderr, /ENOSPC/);
        assert.deepEqual(changedBetween(old(), contentOf(copy)), []);
        assert.doesNotMatch(spec(copy, NEXT).stderr, /interrupted/);
        rmSync(copy, { recursive: true });
      },
    },
  ];
};

const said = (stream: Readable, words: string): Promise<void> =>
  new Promise((resolve) => {
    stream.on('close', resolve);
    stream.on('data', (chunk) => {
      if (String(chunk).includes(words)) resolve();
    });
  });

const interrupted = (root: string, at: Readonly<Record<string, string>>): Outcome => {
  // What a killed process cannot take away itself.
  const TMPDIR = mkdtempSync(join(tmpdir(), 'acme-tmp-'));
  try {
    const env = { ...at, TMPDIR, CHANGES_BELOW: root };
    return spec(root, SECOND, { env }, ['--import', fixture('kill-at.ts')]);
  } finally {
    rmSync(TMPDIR, { recursive: true });
  }
};
