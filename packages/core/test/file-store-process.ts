import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/*
 * A process that uses a file store: `node file-store-process.ts <bundle> <folder> <role>`. It says when it is
 * ready, and goes on with each message.
 */

const [, , bundle = '', folder = '', role = '', times = '200', staleMs = '300'] = process.argv;
type Core = typeof import('../src/node/file-store.js');
const { fileStore } = (await import(pathToFileURL(bundle).href)) as Core;
const store = fileStore({ folder, heartbeatMs: 50, staleMs: Number(staleMs) });
const KEY = 'key';

const version = async (): Promise<string | undefined> => (await store.load(KEY))?.version;
const saveOver = (expectedVersion: string | undefined, count: number): Promise<boolean> => {
  const record = { value: 'x'.repeat(20_000), obtainedAt: count, expiresAt: count + 1 };
  return store.save(KEY, record, { expectedVersion, ttlMs: 1 });
};
const say = (message: unknown): void => void process.send?.(message);
const nextMessage = (): Promise<unknown> => new Promise((heard) => process.once('message', heard));

/** Saves until it is killed. */
const writer = async (): Promise<void> => {
  for (let count = 1; ; count += 1) {
    await saveOver(await version(), count);
    if (count === 1) say('ready');
  }
};

/** Adds one to what is stored, as often as it is told. */
const counter = async (): Promise<void> => {
  say('ready');
  await nextMessage();
  for (let left = Number(times); left > 0; ) {
    const stored = await store.load(KEY);
    if (await saveOver(stored?.version, (stored?.record.obtainedAt ?? 0) + 1)) left -= 1;
    else await wait(Math.random() * 10);
  }
  say('done');
  process.disconnect?.();
};

/** Holds the lock, and saves when it is told, over what it found. */
const holder = async (): Promise<void> => {
  const lock = await store.lock?.(KEY, { signal: AbortSignal.timeout(5_000) });
  const found = await version();
  say(lock?.fence);
  await nextMessage();
  const isSaved = await saveOver(found, 99);
  await lock?.release();
  say(isSaved);
  process.disconnect?.();
};

/** Saves once, over what it finds, and says whether it did. */
const saver = async (): Promise<void> => {
  say(await saveOver(await version(), 99));
  process.disconnect?.();
};

/** Adds one to what is stored, under the lock, as often as it is told; then it says what failed. */
const renewer = async (): Promise<void> => {
  const failed: string[] = [];
  const renew = async (): Promise<void> => {
    const lock = await store.lock?.(KEY, { signal: AbortSignal.timeout(100_000) });
    const stored = await store.load(KEY);
    const isSaved = await saveOver(stored?.version, (stored?.record.obtainedAt ?? 0) + 1);
    if (!isSaved) failed.push('save');
    await lock?.release();
  };
  say('ready');
  await nextMessage();
  for (let left = Number(times); left > 0; left -= 1)
    await renew().catch((error: Error) => failed.push(error.message));
  say(failed);
  process.disconnect?.();
};

/** Ends with the lock in its hands. */
const leaver = async (): Promise<void> => {
  await store.lock?.(KEY, { signal: AbortSignal.timeout(5_000) });
  process.disconnect?.();
};

const roles: Readonly<Record<string, () => Promise<void>>> = {
  writer,
  counter,
  holder,
  saver,
  renewer,
  leaver,
};
await roles[role]?.();
