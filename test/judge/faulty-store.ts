import { setTimeout as pause } from 'node:timers/promises';
import type { TokenStore } from '@criteo-sdk/retailmedia';

/*
 * A store that is away now and then: it fails to load and to save, saves and says that it failed, is slow, gives no
 * lock and fails to release one.
 */

const failed = (): never => {
  throw new Error('the store is away');
};

const isOneIn = (count: number): boolean => Math.random() < 1 / count;

/** Longer than a client waits for it, or nearly. */
const slowly = (): Promise<void> => pause(300 + Math.random() * 1_500);

export const faulty = (store: TokenStore): TokenStore => ({
  load: async (key) => {
    if (isOneIn(20)) await slowly();
    return isOneIn(8) ? failed() : store.load(key);
  },
  save: async (...args) => {
    if (isOneIn(5)) return failed();
    if (isOneIn(10)) await slowly();
    const isSaved = await store.save(...args);
    return isOneIn(10) ? failed() : isSaved;
  },
  lock: async (key, options) => {
    if (isOneIn(8)) await pause(Math.random() * 500).then(failed);
    const lock = (await store.lock?.(key, options)) ?? failed();
    const release = async (): Promise<void> => {
      await lock.release();
      if (isOneIn(10)) failed();
    };
    return { ...lock, release };
  },
});

/** What must never be done: a store that fails to load is an empty one. */
export const forgetful = ({ load, ...store }: TokenStore): TokenStore => ({
  ...store,
  load: (key) => load(key).catch(() => undefined),
});
