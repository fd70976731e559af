import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { lstat, open, readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileStore } from '../src/node/file-store.js';

// The real ones, but a test can do something at a moment that it chooses.
vi.mock('node:fs/promises', { spy: true });

const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-record-folder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, 'one-')), 'tokens');
});
afterEach(() => {
  for (const spied of [lstat, open, readdir, rename]) vi.mocked(spied).mockReset();
});

const store = () => fileStore({ folder });
const save = (value: string, expectedVersion?: string): Promise<boolean> =>
  store().save('key', { value, obtainedAt: 1, expiresAt: 2 }, { expectedVersion, ttlMs: 1 });
const version = async (): Promise<string | undefined> => (await store().load('key'))?.version;
const value = async (): Promise<string | undefined> => (await store().load('key'))?.record.value;
const saveNext = async (text: string): Promise<void> =>
  expect(await save(text, await version())).toBe(true);
const filesOfKey = (): string[] => {
  const [name = 'none', ...others] = readdirSync(folder).filter((one) => !one.endsWith('.bad'));
  expect(others).toEqual([]);
  return readdirSync(join(folder, name)).sort();
};
const fileOfKey = (): string => {
  const [name = 'none'] = readdirSync(folder);
  const file = filesOfKey().find((one) => one.endsWith('.json')) ?? 'none';
  return join(folder, name, file);
};
/** Who changes a name next does all this first. */
const beforeItLands = (work: () => Promise<void>): void => {
  vi.mocked(rename).mockImplementationOnce(async (from, to) => {
    await work();
    return real.rename(from, to);
  });
};
const expectOneRecord = (): void =>
  expect(filesOfKey().map((name) => extname(name))).toEqual(['.current', '.json']);

describe('a save that sleeps just before it lands', () => {
  it.each([1, 2, 5])('is refused after %i others', async (others) => {
    await save('first');
    const found = await version();
    beforeItLands(async () => {
      for (let count = 1; count <= others; count += 1) await saveNext(`newer ${count}`);
    });
    expect(await save('late', found)).toBe(false);
    expect(await value()).toBe(`newer ${others}`);
    expectOneRecord();
  });

  it('is refused where it would have been the first', async () => {
    beforeItLands(async () => {
      await save('first');
      await saveNext('second');
    });
    expect(await save('late')).toBe(false);
    expect(await value()).toBe('second');
    expectOneRecord();
  });

  it('is refused where it would have replaced what is damaged', async () => {
    await save('first');
    writeFileSync(fileOfKey(), 'bad');
    beforeItLands(() => saveNext('newer'));
    expect(await save('late')).toBe(false);
    expect(await value()).toBe('newer');
    expectOneRecord();
  });

  it('is refused where it would have replaced a folder without a mark', async () => {
    await save('first');
    rmSync(fileOfKey().replace('.json', '.current'));
    beforeItLands(() => saveNext('newer'));
    expect(await save('late')).toBe(false);
    expect(await value()).toBe('newer');
    expectOneRecord();
  });

  it('is refused where all was removed and begun anew', async () => {
    await save('first');
    const found = await version();
    beforeItLands(async () => {
      rmSync(folder, { recursive: true });
      await save('anew');
    });
    expect(await save('late', found)).toBe(false);
    expect(await value()).toBe('anew');
    expectOneRecord();
  });
});

describe('a load', () => {
  it('finds the newest record when the one that it was about to read is replaced', async () => {
    await save('first');
    vi.mocked(open).mockImplementationOnce(async (...args) => {
      await saveNext('second');
      return real.open(...args);
    });
    expect(await value()).toBe('second');
  });

  it('looks again when the system shows a folder without its mark', async () => {
    await save('first');
    const file = basename(fileOfKey());
    vi.mocked(readdir).mockResolvedValueOnce([file] as never);
    expect(await value()).toBe('first');
  });

  it('takes the newer of two marks, as a backup may bring them back', async () => {
    await save('first');
    const place = join(fileOfKey(), '..');
    const earlier = filesOfKey().map((name) => [name, readFileSync(join(place, name))] as const);
    await saveNext('second');
    for (const [name, content] of earlier)
      writeFileSync(join(place, name), content, { mode: 0o600 });
    const names = filesOfKey();
    for (const order of [names, names.toReversed()]) {
      vi.mocked(readdir).mockResolvedValueOnce(order as never);
      expect(await value()).toBe('second');
    }
    await saveNext('third');
    expectOneRecord();
  });
});

describe('a save', () => {
  it('waits for the disk: for its file and the name of it before it lands, and then for the mark', async () => {
    const order: string[] = [];
    vi.mocked(open).mockImplementation(async (path, ...rest) => {
      const file = await real.open(path, ...rest);
      const sync = file.sync.bind(file);
      file.sync = () => {
        order.push(`sync ${extname(String(path)) || basename(String(path)).slice(0, 6)}`);
        return sync();
      };
      return file;
    });
    vi.mocked(rename).mockImplementation((from, to) => {
      order.push(`rename ${extname(String(from))}`);
      return real.rename(from, to);
    });
    await save('first');
    expect(order.splice(0)).toEqual(['sync .json', 'sync .tmp', 'rename .tmp', 'sync tokens']);
    const [key = ''] = readdirSync(folder);
    const ofKey = `sync ${key.slice(0, 6)}`;
    await saveNext('second');
    expect(order).toEqual(['sync .json', ofKey, 'rename .current', ofKey]);
  });

  it('is refused in a folder that another made at the same moment, open to all', async () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    vi.mocked(lstat).mockRejectedValueOnce(Object.assign(new Error(), { code: 'ENOENT' }));
    await expect(save('first')).rejects.toThrow('can be used by other users');
  });

  it('that landed is not called a failure because something useless cannot be removed', async () => {
    await save('first');
    mkdirSync(join(fileOfKey(), '..', 'a folder'));
    await saveNext('second');
    expect(await value()).toBe('second');
  });
});
