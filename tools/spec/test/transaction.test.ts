import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  acmeDocument,
  changedBetween,
  contentOf,
  copyOfProject,
  fixture,
  newProject,
  spec,
} from '../../../test/vendor/project.ts';
import { begin, type Changes, commit, end, isInterrupted } from '../import/transaction.ts';

// A project with a text and a folder that are there already, and a folder of what will come.
let root: string;
let fresh: string;
beforeEach(() => {
  root = newProject();
  fresh = mkdtempSync(join(tmpdir(), 'fresh-'));
  write(root, { 'a.txt': 'old', 'code/a.ts': 'old', 'code/gone.ts': 'old' });
  write(fresh, { 'code/a.ts': 'new', 'code/deep/b.ts': 'new' });
});
afterEach(() => {
  for (const folder of [root, fresh]) rmSync(folder, { recursive: true, force: true });
});

const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
};

const changes = (): Changes =>
  new Map<string, string | { folder: string }>([
    ['a.txt', 'new'],
    ['b/c/d.txt', 'new'],
    ['code', { folder: join(fresh, 'code') }],
  ]);

/** An import that knows already what it will write. */
const importAll = (where: string): void => {
  begin(where);
  try {
    commit(where, changes());
  } finally {
    end(where);
  }
};

const finished = (): ReadonlyMap<string, string> => {
  const copy = copyOfProject(root);
  importAll(copy);
  const content = contentOf(copy);
  rmSync(copy, { recursive: true });
  return content;
};

const PROGRAM = `
const { begin, commit, end } = await import(process.env.MODULE);
const [root, folder, what] = process.argv.slice(1);
begin(root);
try {
  if (what === 'import')
    commit(root, new Map([['a.txt', 'new'], ['b/c/d.txt', 'new'], ['code', { folder }]]));
} finally {
  end(root);
}`;

const MODULE = join(import.meta.dirname, '../import/transaction.ts');

/** The same in a process that ends, or cannot write, at its n-th change; so does one that only takes up what was left. */
const interrupted = (
  where: string,
  at: Readonly<Record<string, number>>,
  what: 'import' | 'recover' = 'import',
): { status: number | null; signal: string | null; stderr: string } => {
  const numbers = Object.entries(at).map(([name, value]) => [name, String(value)]);
  return spawnSync(
    process.execPath,
    [
      '--import',
      fixture('kill-at.ts'),
      '--input-type=module',
      '--eval',
      PROGRAM,
      where,
      join(fresh, 'code'),
      what,
    ],
    {
      encoding: 'utf8',
      env: { ...process.env, MODULE, CHANGES_BELOW: where, ...Object.fromEntries(numbers) },
    },
  );
};

/** Copies of the project after each n, for as long as there is an n-th change. */
function* eachChange(
  from: string,
  what: 'import' | 'recover' = 'import',
): Generator<readonly [n: number, where: string]> {
  for (let n = 1; ; n += 1) {
    const where = copyOfProject(from);
    try {
      const { signal, status, stderr } = interrupted(where, { KILL_AT: n }, what);
      expect([signal, status, stderr]).toEqual(signal ? ['SIGKILL', null, ''] : [null, 0, '']);
      if (signal === null) return;
      yield [n, where];
    } finally {
      rmSync(where, { recursive: true, force: true });
    }
  }
}

describe('an import that is killed', () => {
  it('at any of its changes is finished or undone by the next, never half done', () => {
    const [old, done] = [contentOf(root), finished()];
    const ends: string[] = [];
    for (const [, where] of eachChange(root)) {
      const isHalf = isInterrupted(where);
      const earlier = begin(where);
      end(where);
      const isDone = changedBetween(done, contentOf(where)).length === 0;
      expect(isDone || changedBetween(old, contentOf(where)).length === 0).toBe(true);
      expect(earlier === 'finished').toBe(isHalf);
      if (earlier === 'undone') expect(isDone).toBe(false);
      expect(readdirSync(join(where, '.cache'))).toEqual([]);
      ends.push(earlier ?? 'whole');
    }
    // In this order, and each of them at several places.
    expect(ends.join(' ')).toMatch(/^(whole ){3}(undone ){4,}(finished ){8,}whole$/);
  }, 60_000);

  it('and whose recovery is killed, too, is finished by the one after that', () => {
    const done = finished();
    expect(interrupted(root, { KILL_AT: 15 }).signal).toBe('SIGKILL');
    expect(isInterrupted(root)).toBe(true);
    for (const [, where] of eachChange(root, 'recover')) {
      begin(where);
      end(where);
      expect(changedBetween(done, contentOf(where))).toEqual([]);
    }
  }, 60_000);

  it('half way is refused by a dry run, which would read a mixture', () => {
    expect(interrupted(root, { KILL_AT: 15 }).signal).toBe('SIGKILL');
    const before = contentOf(root);
    const { status, stderr } = spec(root, [
      'import',
      'parcels',
      '2030-01',
      acmeDocument('parcels-2030-01.json'),
      '--dry-run',
    ]);
    expect(status).toBe(65);
    expect(stderr).toMatch(/^spec: An import is half written: .* import without --dry-run/);
    expect(contentOf(root)).toEqual(before);
  });
});

describe('an import on a full disk', () => {
  it('leaves everything as it was while it prepares, and is finished by the next afterwards', () => {
    const [old, done] = [contentOf(root), finished()];
    const ends: string[] = [];
    // The one after the last would delete what is of no use any more.
    for (let n = 1; n <= 18; n += 1) {
      const where = copyOfProject(root);
      const { status, stderr } = interrupted(where, { FULL_AT: n });
      expect([status, /ENOSPC/.test(stderr)]).toEqual([1, true]);
      const isHalf = isInterrupted(where);
      if (!isHalf) expect(changedBetween(old, contentOf(where))).toEqual([]);
      begin(where);
      end(where);
      expect(changedBetween(isHalf ? done : old, contentOf(where))).toEqual([]);
      ends.push(isHalf ? 'finished' : 'whole');
      rmSync(where, { recursive: true });
    }
    expect(ends.join(' ')).toMatch(/^(whole ){8,}finished( finished)*$/);
  }, 60_000);
});

describe('a second import at the same time', () => {
  it('is refused, and takes nothing away', () => {
    begin(root);
    const { status, stderr, stdout } = spec(root, [
      'import',
      'parcels',
      '2030-01',
      acmeDocument('parcels-2030-01.json'),
    ]);
    expect([status, stdout]).toEqual([65, '']);
    expect(stderr).toBe(
      `spec: Another import (process ${process.pid}) is at work; wait for its end, then try again.\n`,
    );
    commit(root, changes());
    end(root);
    expect(existsSync(join(root, 'b/c/d.txt'))).toBe(true);
  });

  it('of somebody whose processes we may not signal is one, too', () => {
    write(root, { '.cache/import/pid': '1' });
    // As root this process may, but then process 1 is alive as well.
    expect(() => begin(root)).toThrow('Another import (process 1) is at work');
  });

  it('is none if its process is gone, or left no number', () => {
    for (const pid of ['', '0', '-1', 'x', '4194305']) {
      write(root, { '.cache/import/pid': pid, '.cache/import/0': 'half' });
      expect(begin(root)).toBe('undone');
      end(root);
      expect(existsSync(join(root, '.cache/import'))).toBe(false);
    }
  });

  it('is possible when the first has come to its end', () => {
    importAll(root);
    expect(begin(root)).toBeUndefined();
    end(root);
  });
});

describe('a change', () => {
  it.each(['../x.txt', '..', '', '.', '/etc/x.txt', 'a/../../x.txt'])(
    'to %j, out of the project, is refused with all others',
    (path) => {
      const old = contentOf(root);
      begin(root);
      expect(() => commit(root, new Map([...changes(), [path, 'x']]))).toThrow(
        `'${path}' leads out of the project.`,
      );
      end(root);
      expect(contentOf(root)).toEqual(old);
    },
  );

  it('of a folder leaves nothing of the folder before', () => {
    importAll(root);
    expect(readdirSync(join(root, 'code')).sort()).toEqual(['a.ts', 'deep']);
  });
});
