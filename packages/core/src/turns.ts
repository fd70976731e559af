import { raced } from './time.js';
import type { TokenLock } from './token-store.js';

/** Locks within one process: who wants one with the same key waits for its turn. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();
  #holders = 0;

  async take(key: string, signal: AbortSignal): Promise<TokenLock> {
    const before = this.#last.get(key);
    let release = (): void => {};
    const turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    const mine = Promise.all([before, turn]).then(() => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    });
    this.#last.set(key, mine);
    await raced(signal, Promise.resolve(before)).catch((error: unknown) => {
      release();
      throw error;
    });
    this.#holders += 1;
    return { fence: String(this.#holders), release: async () => release() };
  }
}

const turns = new WeakMap<object, Turns>();

/** Those of one store. */
export const turnsOf = (store: object): Turns => {
  const known = turns.get(store);
  if (known) return known;
  const made = new Turns();
  turns.set(store, made);
  return made;
};
