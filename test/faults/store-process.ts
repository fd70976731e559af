import { once } from 'node:events';
import { promises, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenLock } from '@criteo-sdk/core';
import { fileStore } from '@criteo-sdk/core/node';
import { call, connect, type Options } from './bench.ts';
import { namesIn, quickStore, storeWarnings } from './token-folder.ts';

/*
 * A process that keeps tokens in a folder: `node store-process.ts <role> <url> <folder> [<more>]`. What it sees
 * it says to the process that started it, and it ends with that one.
 */

const [role = '', url = '', folder = '', more = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
const say = (message: unknown): void => void process.send?.(message);

/** Saves what it loads, without a pause, until it is killed. */
const writer = async (): Promise<void> => {
  const store = quickStore(folder);
  for (let saves = 0; ; saves += 1) {
    const stored = await store.load(more);
    if (!stored) throw new Error('The token is gone.');
    await store.save(more, stored.record, { expectedVersion: stored.version, ttlMs: undefined });
    if (saves === 0) say('ready');
  }
};

/** Makes two calls, and says what the disk answers to a write. */
const caller = async (): Promise<void> => {
  // Root may write everywhere, others may not.
  if (more !== '' && process.getuid?.() === 0) process.seteuid?.(Number(more));
  const { warnings, observe } = storeWarnings();
  const client = connect({ url }, { store: fileStore({ folder }), observe });
  await call(client);
  await call(client);
  say({ disk: answerOfDisk(), warnings, halfWritten: namesIn(folder, '.tmp') });
};

const answerOfDisk = (): unknown => {
  try {
    writeFileSync(join(folder, 'probe'), 'a byte or two');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};

export interface RenewerReport {
  readonly renewed: number;
  readonly failed: readonly string[];
  readonly warnings: readonly string[];
}

/** Renews again and again, when it gets its turn, until it is told to stop or there is no token. */
const renewer = async (): Promise<void> => {
  let renewed = 0;
  const failed: string[] = [];
  const { warnings, observe } = storeWarnings();
  const client = connect(
    { url },
    {
      ...RESUMED,
      store: fileStore({ folder }),
      observe: (event) => {
        observe(event);
        if (event.type === 'attempt' && event.status === 200) renewed += 1;
      },
    },
  );
  let isOver = false;
  const told = once(process, 'message').then(() => {
    isOver = true;
  });
  const turn = async (): Promise<void> => {
    await client.tokens.get().then(
      ({ value }) => client.tokens.invalidate(value),
      (error: Error) => void failed.push(`${error.name}: ${error.message}`),
    );
    // Who has just had the lock would be the first to take it again.
    await sleep(20 + Math.random() * 60);
  };
  while (renewed + failed.length === 0) await turn();
  say('begun');
  while (!isOver && failed.length === 0) await turn();
  await told;
  say({ renewed, failed, warnings } satisfies RenewerReport);
};

const RESUMED: Options = { grant: { type: 'refresh_token' }, subject: 'user' };

/** Makes a call, and says whether its token could be saved. */
const saver = async (): Promise<void> => {
  const store = quickStore(folder);
  const client = connect(
    { url },
    {
      store: {
        ...store,
        save: async (...args) => {
          const isSaved = await store.save(...args);
          say({ isSaved });
          return isSaved;
        },
      },
    },
  );
  await call(client);
  say('called');
};

/** Saves over what it finds, and waits, just before that lands, until it is told to go on. */
const lateSaver = async (): Promise<void> => {
  const { rename } = promises;
  promises.rename = async (from, to) => {
    promises.rename = rename;
    syncBuiltinESMExports();
    const told = once(process, 'message');
    say('stopping');
    await told;
    return rename(from, to);
  };
  syncBuiltinESMExports();
  const store = quickStore(folder);
  const stored = await store.load(more);
  if (!stored) throw new Error('The token is gone.');
  const options = { expectedVersion: stored.version, ttlMs: undefined };
  say({ isSaved: await store.save(more, { ...stored.record, value: 'late' }, options) });
};

/** Holds a lock, and says what it is asked about it. */
const asker = async (): Promise<void> => {
  const store = quickStore(folder);
  const lock = async (): Promise<FileLock> =>
    (await store.lock?.(more, { signal: AbortSignal.timeout(30_000) })) as FileLock;
  let held = await lock();
  const answers: Readonly<Record<string, () => Promise<unknown>>> = {
    'held?': () => held.isHeld(),
    release: async () => {
      await held.release();
      return 'released';
    },
    lock: async () => {
      held = await lock();
      return 'locked';
    },
  };
  process.on('message', async (asked) => say(await answers[String(asked)]?.()));
  say('locked');
};

type FileLock = TokenLock & { isHeld(): Promise<boolean> };

/** Says how many times as long it takes 40,000 callers as 10,000 to ask for a token that comes late. */
const crowd = async (): Promise<void> => {
  // What else the machine does only adds: one fair comparison is enough, and a square would pass none.
  const ratios: number[] = [];
  while (Math.min(...ratios) > 5 && ratios.length < 5) {
    const fewMs = await waitingMs(10_000);
    ratios.push((await waitingMs(40_000)) / fewMs);
  }
  say(Math.min(...ratios));
};

/** Half of them leave before it comes. */
const waitingMs = async (count: number): Promise<number> => {
  const leaving = new AbortController();
  const { tokens } = connect({ url });
  const startedAt = performance.now();
  const all = Array.from({ length: count }, (_, index) =>
    tokens.get(index % 2 === 0 ? {} : { signal: leaving.signal }),
  );
  const settled = Promise.allSettled(all);
  leaving.abort();
  const tookMs = performance.now() - startedAt;
  await settled;
  return tookMs;
};

const roles: Readonly<Record<string, () => Promise<void>>> = {
  writer,
  caller,
  renewer,
  saver,
  'late-saver': lateSaver,
  asker,
  crowd,
};
await roles[role]?.();
