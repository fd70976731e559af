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
import { join } from 'node:path';
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
const fileOf = (key: string): string => join(folder, nameOf(key));
const record = (value: string): TokenRecord => ({ value, obtainedAt: 1, expiresAt: 2 });
const save = (value: string, expectedVersion?: string, key = 'key'): Promise<boolean> =>
  store.save(key, record(value), { expectedVersion, ttlMs: 1 });
const value = async (key = 'key') => (await store.load(key))?.record.value;
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
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(fileOf('key'))).toBe(0o600);
    expect(modeOf(join(folder, `${nameOf('key')}.saving`))).toBe(0o700);
    expect(readdirSync(folder).sort()).toEqual([nameOf('key'), `${nameOf('key')}.saving`]);
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
    for (const path of [old, young]) writeFileSync(path, '{');
    const longAgo = Date.now() / 1000 - 3_700;
    for (const path of [old, fileOf('key')]) utimesSync(path, longAgo, longAgo);
    const left = () => [old, young, fileOf('key')].map((path) => existsSync(path));
    await save('of a store that looked already', undefined, 'other');
    expect(left()).toEqual([true, true, true]);
    store = fileStore({ folder });
    await save('b', undefined, 'third');
    expect(left()).toEqual([false, true, true]);
  });

  it('rejects when the disk refuses, and leaves nothing', async () => {
    await save('a');
    const { version } = (await store.load('key')) ?? {};
    mkdirSync(`${fileOf('key')}.bad`);
    mkdirSync(join(`${fileOf('key')}.bad`, 'full'));
    writeFileSync(fileOf('key'), 'bad');
    await expect(save('b', version)).resolves.toBe(false);
    await expect(save('b')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
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
    ['without a version', () => JSON.stringify({ ...stored(), version: 1 })],
    ['without a record', () => JSON.stringify({ ...stored(), record: null })],
    ['with a text for a record', () => JSON.stringify({ ...stored(), record: 'a' })],
  ])('%s: it is put aside by the next save', async (_, contentOf) => {
    await save('a');
    const bad = contentOf();
    writeFileSync(fileOf('key'), bad);
    expect(await store.load('key')).toBeUndefined();
    expect(await save('b')).toBe(true);
    expect(await value()).toBe('b');
    expect(readFileSync(`${fileOf('key')}.bad`, 'utf8')).toBe(bad);
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
    if (statSync(folder).isDirectory())
      expect(readdirSync(folder).filter((name) => /tmp|bad/.test(name))).toEqual([]);
  };
  const NOT_A_FILE = ['is not a regular file', 'Remove it'] as const;
  const inPlace = async (put: (path: string) => void): Promise<string> => {
    await save('a');
    rmSync(fileOf('key'));
    put(fileOf('key'));
    return fileOf('key');
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

  it('a file or a link instead of the folder of tokens', async () => {
    writeFileSync(folder, '', { mode: 0o600 });
    await refused(folder, 'is not a folder', 'Remove it');
    rmSync(folder);
    symlinkSync(scratch, folder);
    await refused(folder, 'is not a folder', 'Remove it');
  });

  it('a link instead of the folder of a lock', async () => {
    await save('a');
    symlinkSync(scratch, `${fileOf('key')}.lock`);
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
