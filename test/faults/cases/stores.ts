import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileStore } from '@criteo-sdk/core/node';
import { ConfigError } from '@criteo-sdk/retailmedia';
import { type Case, call, connect, failure, keyOf, recordOf, seen } from '../bench.ts';
import { inFolder, NOBODY, namesIn, tokenFile, tokenFolder } from '../token-folder.ts';

/** Token files that others could have touched, or that are damaged. Alone: half a second counts as a failure. */
export const STORES: readonly Case[] = [
  {
    id: 'F67',
    what: 'a token file or folder that others can use, a link, a folder or a pipe in its place: refused at once, and left as it is; no token request',
    alone: true,
    run: async (bench) => {
      const isRoot = process.getuid?.() === 0;
      const places = Object.entries({ ...PLACES, ...(isRoot && PLACES_OF_ROOT) });
      for (const [what, spoil] of places) {
        await inFolder(async (root) => {
          const folder = join(root, 'tokens');
          const store = fileStore({ folder });
          await keyOf(bench, store, recordOf(Date.now()), { kind: 'client', subject: '' });
          await call(connect(bench, { store }));
          const { api } = await bench.counts();
          spoil(tokenFile(folder), root);
          const before = snapshot(root);
          const error = await failure(call(connect(bench, { store }), { timeoutMs: 5_000 }));
          assert.ok(error instanceof ConfigError, `${what}: ${error.name}`);
          assert.ok(error.message.includes(`The file store refuses '${folder}`), what);
          assert.deepEqual(snapshot(root), before, what);
          await seen(bench, { token: 0, api: api.length }, what);
        });
      }
      const refused = `refused: ${places.map(([what]) => what).join(', ')}`;
      if (isRoot) return refused;
      return `${refused}; left out, as only root can make them: ${Object.keys(PLACES_OF_ROOT).join(', ')}`;
    },
  },
  {
    id: 'F68',
    what: 'a token file that is torn, empty, no JSON, or of another format or key: one token request; the file is put aside, once, and the new token serves the next client',
    alone: true,
    run: async (bench) => {
      for (const [what, damage] of Object.entries(DAMAGES)) {
        await inFolder(async (root) => {
          const folder = join(root, 'tokens');
          const connected = (): Promise<unknown> =>
            call(connect(bench, { store: fileStore({ folder }) }));
          await connected();
          const before = (await bench.counts()).token.length;
          const file = tokenFile(folder);
          const bad = damage(readFileSync(file, 'utf8'));
          writeFileSync(file, bad);
          await connected();
          await seen(bench, { token: before + 1 }, what);
          await connected();
          await seen(bench, { token: before + 1 }, `${what}, of the next client`);
          assert.deepEqual(namesIn(folder, '.bad').length, 1, what);
          assert.equal(readFileSync(`${tokenFolder(folder)}.bad`, 'utf8'), bad, what);
        });
      }
    },
  },
];

/** What is done to the token's file, in the folder `tokens` below `root`. */
type Places = Readonly<Record<string, (file: string, root: string) => void>>;

const PLACES: Places = {
  'a file 0644': (file) => chmodSync(file, 0o644),
  'a folder 0755': (_, root) => chmodSync(join(root, 'tokens'), 0o755),
  'a link to a good file': (file, root) => movedTo(join(root, 'victim'), file),
  'a link instead of the folder': (_, root) =>
    movedTo(join(root, 'elsewhere'), join(root, 'tokens')),
  'a folder': (file) => {
    rmSync(file);
    mkdirSync(file, { mode: 0o700 });
  },
  'a pipe': (file) => {
    rmSync(file);
    execFileSync('mkfifo', ['-m', '600', file]);
  },
};

const PLACES_OF_ROOT: Places = {
  'a file of another user': (file) => chownSync(file, NOBODY, NOBODY),
  'a folder of another user': (_, root) => chownSync(join(root, 'tokens'), NOBODY, NOBODY),
};

const movedTo = (target: string, path: string): void => {
  renameSync(path, target);
  symlinkSync(target, path);
};

/** All that would change if anything were written. */
const snapshot = (root: string): unknown[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stats = lstatSync(join(root, name));
      const text = stats.isFile() ? readFileSync(join(root, name), 'utf8') : '';
      return [name, stats.ino, stats.mode, stats.uid, stats.mtimeMs, text];
    });

const DAMAGES: Readonly<Record<string, (text: string) => string>> = {
  torn: (text) => text.slice(0, -9),
  empty: () => '',
  'no JSON': () => 'no token',
  null: () => 'null',
  'another format': (text) => JSON.stringify({ ...JSON.parse(text), format: 2 }),
  'another key': (text) => JSON.stringify({ ...JSON.parse(text), key: 'other' }),
};
