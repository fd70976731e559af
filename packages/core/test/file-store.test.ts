import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../src/errors.js';
import { fileStore } from '../src/node/file-store.js';
import { systemClock } from '../src/time.js';
import { createTokenProvider } from '../src/token-provider.js';
import type { TokenRecord, TokenStore } from '../src/token-store.js';

const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'core-file-store-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder: string;
let store: TokenStore;
beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, 'one-')), 'tokens');
  store = fileStore({ folder, heartbeatMs: 50, staleMs: 300 });
});

const nameOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const folderOf = (key: string): string => join(folder, nameOf(key));
const namesOf = (key: string): string[] => readdirSync(folderOf(key)).sort();
const fileOf = (key: string): string => {
  const mark = namesOf(key).find((name) => name.endsWith('.current')) ?? 'none';
  return join(folderOf(key), `${basename(mark, '.current')}.json`);
};
const record = (value: string): TokenRecord => ({ value, obtainedAt: 1, expiresAt: 2 });
const save = (value: string, expectedVersion?: string, key = 'key'): Promise<boolean> =>
  store.save(key, record(value), { expectedVersion, ttlMs: 1 });
const value = async (key = 'key') => (await store.load(key))?.record.value;
/** Names of all that is in a folder, and in its folders. */
const inside = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name, ...inside(join(path, entry.name))] : [entry.name],
  );
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a file store', () => {
  it('gives back what was saved, to another store, too', async () => {
    expect(await store.load('key')).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
    const full = { ...record('a'), refreshToken: 'r', origin: 'o' };
    expect(await store.save('key', full, { expectedVersion: undefined, ttlMs: undefined })).toBe(
      true,
    );
    expect((await fileStore({ folder }).load('key'))?.record).toEqual(full);
    expect(await store.load('other')).toBeUndefined();
  });

  it('saves only over the version that was loaded, and each save has its own', async () => {
    expect(await save('a')).toBe(true);
    expect(await save('b')).toBe(false);
    const first = (await store.load('key'))?.version;
    expect(await save('c', first)).toBe(true);
    expect(await save('d', first)).toBe(false);
    expect(await value()).toBe('c');
  });

  it('keeps folder and files for its user alone, and nothing half-done', async () => {
    const before = process.umask(0);
    await save('a').finally(() => process.umask(before));
    expect([folder, folderOf('key')].map(modeOf)).toEqual([0o700, 0o700]);
    expect(readdirSync(folder)).toEqual([nameOf('key')]);
    const [mark = '', file = '', ...others] = namesOf('key');
    expect(others).toEqual([]);
    expect([mark, file].map((name) => modeOf(join(folderOf('key'), name)))).toEqual([0o600, 0o600]);
    expect(basename(mark, '.current')).toBe(basename(file, '.json'));
  });

  it('stays where it was made when the program goes to another folder', async () => {
    const before = process.cwd();
    // What process.chdir does; a worker cannot.
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, '..'));
    const relative = fileStore({ folder: 'tokens' });
    cwd.mockReturnValue(before);
    await relative.save('key', record('a'), { expectedVersion: undefined, ttlMs: 1 });
    cwd.mockRestore();
    expect(await value()).toBe('a');
  });

  it('removes what others left half-written more than an hour ago, at its first save', async () => {
    await save('a');
    const [old, young] = [join(folder, 'old.tmp'), join(folder, 'young.tmp')];
    for (const path of [old, young]) {
      mkdirSync(path);
      writeFileSync(join(path, '1.json'), '{');
    }
    const longAgo = Date.now() / 1000 - 3_700;
    for (const path of [old, fileOf('key')]) utimesSync(path, longAgo, longAgo);
    const left = () => [old, young, fileOf('key')].map((path) => existsSync(path));
    await save('of a store that looked already', undefined, 'other');
    expect(left()).toEqual([true, true, true]);
    store = fileStore({ folder });
    await save('b', undefined, 'third');
    expect(left()).toEqual([false, true, true]);
  });

  it('leaves two files of a key, whatever others left there before', async () => {
    await save('a');
    for (const name of ['1-half-written.json', 'other'])
      writeFileSync(join(folderOf('key'), name), '{');
    await save('b', (await store.load('key'))?.version);
    expect(namesOf('key')).toEqual([
      expect.stringMatching(/^2-.*\.current$/),
      expect.stringMatching(/^2-.*\.json$/),
    ]);
    expect(await value()).toBe('b');
  });

  it('rejects when the disk refuses, and leaves nothing', async () => {
    await save('a');
    const { version } = (await store.load('key')) ?? {};
    mkdirSync(`${folderOf('key')}.bad`);
    mkdirSync(join(`${folderOf('key')}.bad`, 'full'));
    writeFileSync(fileOf('key'), 'bad');
    const before = namesOf('key');
    await expect(save('b', version)).resolves.toBe(false);
    await expect(save('b')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(namesOf('key')).toEqual(before);
    expect(readFileSync(fileOf('key'), 'utf8')).toBe('bad');
  });

  it.each([
    { folder: '' },
    { folder: undefined as unknown as string },
    { folder: 'x', heartbeatMs: 0 },
    { folder: 'x', heartbeatMs: Number.NaN },
    { folder: 'x', staleMs: 3_000 },
    { folder: 'x', staleMs: Number.POSITIVE_INFINITY },
  ])('is not made with %j', (options) => {
    expect(() => fileStore(options)).toThrow(ConfigError);
  });
});

describe('what is no token of ours is a miss', () => {
  const stored = (): Record<string, unknown> => JSON.parse(readFileSync(fileOf('key'), 'utf8'));

  it.each<readonly [string, () => string]>([
    ['empty', () => ''],
    ['torn', () => readFileSync(fileOf('key'), 'utf8').slice(0, -9)],
    ['null', () => 'null'],
    ['of another format', () => JSON.stringify({ ...stored(), format: 2 })],
    ['of another key', () => JSON.stringify({ ...stored(), key: 'other' })],
    ['without a record', () => JSON.stringify({ ...stored(), record: null })],
    ['with a text for a record', () => JSON.stringify({ ...stored(), record: 'a' })],
  ])('%s: it is put aside by the next save', async (_, contentOf) => {
    await save('a');
    const bad = contentOf();
    writeFileSync(fileOf('key'), bad);
    expect(await store.load('key')).toBeUndefined();
    expect(await save('b')).toBe(true);
    expect(await value()).toBe('b');
    expect(readFileSync(`${folderOf('key')}.bad`, 'utf8')).toBe(bad);
  });

  it('lost, while its mark is there: the next save needs nothing of it', async () => {
    await save('a');
    rmSync(fileOf('key'));
    expect(await store.load('key')).toBeUndefined();
    expect(await save('b')).toBe(true);
    expect(await value()).toBe('b');
  });

  it.each([
    ['empty', []],
    ['without its mark', ['1-a.json']],
  ])('a folder that is %s: what is in it is put aside by the next save', async (_, names) => {
    await save('a');
    for (const name of namesOf('key')) rmSync(join(folderOf('key'), name));
    for (const name of names) writeFileSync(join(folderOf('key'), name), 'lost');
    expect(await store.load('key')).toBeUndefined();
    expect(await save('b')).toBe(true);
    expect(await value()).toBe('b');
    expect(existsSync(`${folderOf('key')}.bad`)).toBe(names.length > 0);
  });
});

describe('what others could have put there is refused, and left as it is', () => {
  const refused = async (path: string, reason: string, remedy = ''): Promise<void> => {
    for (const attempt of [() => store.load('key'), () => save('b')]) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ message: `The file store refuses '${path}': it ${reason}.` });
      expect((error as ConfigError).hint).toBe(`${remedy}, or give the store another folder.`);
    }
    const left = inside(join(folder, '..'));
    expect(left.filter((name) => /\.(tmp|bad)$/.test(name))).toEqual([]);
    // Nor a record that never landed.
    expect(left.filter((name) => name.endsWith('.json')).length).toBeLessThanOrEqual(1);
  };
  const NOT_A_FILE = ['is not a regular file', 'Remove it'] as const;
  const inPlace = async (put: (path: string) => void): Promise<string> => {
    await save('a');
    const path = fileOf('key');
    rmSync(path);
    put(path);
    return path;
  };

  it('a link, and its target is unchanged', async () => {
    const victim = join(folder, '../victim');
    writeFileSync(victim, 'mine', { mode: 0o600 });
    await refused(await inPlace((path) => symlinkSync(victim, path)), ...NOT_A_FILE);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });

  it('a pipe, without waiting for its other end', async () => {
    const path = await inPlace((pipe) => execFileSync('mkfifo', ['-m', '600', pipe]));
    await refused(path, ...NOT_A_FILE);
  });

  it('a folder', async () => {
    await refused(await inPlace((path) => mkdirSync(path)), ...NOT_A_FILE);
  });

  it.each(['644', '620', '604'])('a file with mode %s', async (octal) => {
    const mode = Number.parseInt(octal, 8);
    await save('a');
    chmodSync(fileOf('key'), mode);
    const remedy = `Run: chmod 600 '${fileOf('key')}'`;
    await refused(fileOf('key'), 'can be used by other users', remedy);
    expect(modeOf(fileOf('key'))).toBe(mode);
  });

  it.each(['750', '701'])('a folder of tokens with mode %s', async (octal) => {
    await save('a');
    chmodSync(folder, Number.parseInt(octal, 8));
    await refused(folder, 'can be used by other users', `Run: chmod 700 '${folder}'`);
    await expect(store.lock?.('key', { signal: AbortSignal.timeout(99) })).rejects.toThrow(folder);
  });

  it('a file, a link or a folder of mode 750 instead of the folder of a key', async () => {
    await save('a');
    chmodSync(folderOf('key'), 0o750);
    const remedy = `Run: chmod 700 '${folderOf('key')}'`;
    await refused(folderOf('key'), 'can be used by other users', remedy);
    rmSync(folderOf('key'), { recursive: true });
    writeFileSync(folderOf('key'), '', { mode: 0o600 });
    await refused(folderOf('key'), 'is not a folder', 'Remove it');
    rmSync(folderOf('key'));
    symlinkSync(scratch, folderOf('key'));
    await refused(folderOf('key'), 'is not a folder', 'Remove it');
  });

  it('a file or a link instead of the folder of tokens', async () => {
    writeFileSync(folder, '', { mode: 0o600 });
    await refused(folder, 'is not a folder', 'Remove it');
    rmSync(folder);
    symlinkSync(scratch, folder);
    await refused(folder, 'is not a folder', 'Remove it');
  });

  it('a link instead of the folder of a lock', async () => {
    await save('a');
    symlinkSync(scratch, `${folderOf('key')}.lock`);
    const taken = store.lock?.('key', { signal: AbortSignal.timeout(99) });
    await expect(taken).rejects.toThrow(/lock': it is not a folder/);
  });

  it('what belongs to another user', async () => {
    await save('a');
    const owner = statSync(folder).uid;
    const other = vi.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(owner + 1);
    await refused(folder, 'belongs to another user', 'Run as that user, or remove it').finally(() =>
      other.mockRestore(),
    );
  });
});

describe('a token in files', () => {
  const connect = (requestToken: () => string) =>
    createTokenProvider({
      endpoint: {
        grants: ['client_credentials'],
        defaultLifetimeMs: 900_000,
        requestToken: async () => ({ access_token: requestToken(), expires_in: 900 }),
      },
      transport: { call: () => expect.unreachable() },
      grant: { type: 'client_credentials' },
      credentials: async () => ({ clientId: 'id', clientSecret: 'secret' }),
      clock: systemClock,
      random: () => 0,
      tell: () => expect.unreachable(),
      store,
      key: 'key',
    });

  it('serves the next process, and is fetched again when its file is torn', async () => {
    expect((await connect(() => 'first').get()).value).toBe('first');
    expect((await connect(() => expect.unreachable()).get()).value).toBe('first');
    writeFileSync(fileOf('key'), '{"format":1,');
    expect((await connect(() => 'second').get()).value).toBe('second');
    expect(await value()).toBe('second');
  });
});
