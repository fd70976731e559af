import { AccessToken, BEARER_VALUE } from './access-token.js';
import { ConfigError } from './errors.js';
import type { Observe } from './observe.js';
import { ownFields } from './own.js';
import { type Clock, raced, withDeadline } from './time.js';
import { Turns, turnsOf } from './turns.js';

/** A token as a store keeps it: plain data, all of it secret. Times are milliseconds since 1970. */
export interface TokenRecord {
  /** The access token; empty if only a refresh token came that can be used. */
  readonly value: string;
  readonly refreshToken?: string | undefined;
  /** Codes and refresh tokens with which clients began, the last ones: they are used up for good. */
  readonly origins?: readonly string[] | undefined;
  /** Codes and refresh tokens that were used up before, the last ones: a client that is given one of them goes on with `refreshToken`. */
  readonly spent?: readonly string[] | undefined;
  /** When its request began. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
}

/** What a store gives back. `version` is the store's own; it changes with each save. */
export interface StoredToken {
  readonly record: TokenRecord;
  readonly version: string;
}

/**
 * Keeps tokens beyond one client: for restarts, and for processes that share them. A key holds no
 * secret; a record does. With a store that fails a client goes on from memory, and asks for no new token of a user
 * (docs/using.md, "A store of your own"); one that throws a `ConfigError` ends the call with it.
 */
export interface TokenStore {
  load(key: string): Promise<StoredToken | undefined>;
  /**
   * Saves if the store still holds `expectedVersion` (`undefined`: nothing), and says whether it did.
   * `ttlMs` is how long the record is of use; a record with a refresh token has none.
   */
  save(
    key: string,
    record: TokenRecord,
    options: { readonly expectedVersion: string | undefined; readonly ttlMs: number | undefined },
  ): Promise<boolean>;
  /**
   * Makes the caller the only one who renews this token, over all who share the store; waits for it until
   * the signal aborts. A holder that has died or sleeps is taken over; what it saves late is refused by its version.
   * Without it the clients that have this very object take turns with a user's token, and others may renew at the same time.
   */
  lock?(key: string, options: { readonly signal: AbortSignal }): Promise<TokenLock>;
}

/** A lock that is held. */
export interface TokenLock {
  /** Grows with each holder of the same key, or at least differs. */
  readonly fence: string;
  /** False once another has taken it over. Without it, who was stopped for long may say that a consent is lost that another renewed. */
  isHeld?(): Promise<boolean>;
  release(): Promise<void>;
}

const MOST_RECORDS = 1_000;

/**
 * A store in memory, for tests and for clients of one process. Of tokens that can be had again it keeps the
 * 1,000 that were used last; one with a refresh token is never dropped, as it may be the only one.
 */
export const memoryStore = (): TokenStore => {
  const records = new Map<string, StoredToken>();
  // Names of those without a refresh token; who was used last stands last.
  const replaceable = new Set<string>();
  const use = (key: string, { record }: StoredToken): void => {
    replaceable.delete(key);
    if (record.refreshToken === undefined) replaceable.add(key);
    const [oldest] = replaceable;
    if (replaceable.size <= MOST_RECORDS || oldest === undefined) return;
    replaceable.delete(oldest);
    records.delete(oldest);
  };
  const turns = new Turns();
  let saves = 0;
  return {
    load: async (key) => {
      const stored = records.get(key);
      if (stored) use(key, stored);
      return stored;
    },
    save: async (key, record, { expectedVersion }) => {
      if (records.get(key)?.version !== expectedVersion) return false;
      saves += 1;
      const stored = { record, version: String(saves) };
      records.set(key, stored);
      use(key, stored);
      return true;
    },
    lock: (key, { signal }) => turns.take(key, signal),
  };
};

const LONGEST_LIFETIME_MS = 86_400_000;
const STORE_TIMEOUT_MS = 500;
const LAST_LOAD_TIMEOUT_MS = 10_000;
// Longer than a holder may take over one token request; then it is better to have a token than to wait.
const LOCK_TIMEOUT_MS = 20_000;

/** What a look into a store came to. */
export type Reading =
  | { readonly type: 'loaded'; readonly stored: StoredToken | undefined }
  /** The store failed, or was too slow: what it holds is not known. */
  | { readonly type: 'unread' }
  /** Another holds the lock by now. */
  | { readonly type: 'overtaken' };

/** What came of saving. */
export type Saving =
  | { readonly type: 'saved' }
  | { readonly type: 'unsaved'; readonly isRefused: boolean };

/** One key of a store. A class, so that each of many clients has its state alone. */
export class Shelf {
  readonly #store: TokenStore | undefined;
  readonly #key: string;
  readonly #isUsers: boolean;
  readonly #tell: Observe;
  readonly #clock: Clock;

  constructor(
    store: TokenStore | undefined,
    { key, isUsers }: { readonly key: string; readonly isUsers: boolean },
    { tell, clock }: { readonly tell: Observe; readonly clock: Clock },
  ) {
    this.#store = store;
    this.#key = key;
    this.#isUsers = isUsers;
    this.#tell = tell;
    this.#clock = clock;
  }

  get hasLock(): boolean {
    return this.#store !== undefined && (this.#isUsers || this.#store.lock !== undefined);
  }

  /** Undefined if none can be had. */
  async lock(): Promise<TokenLock | undefined> {
    const { signal, cancel } = withDeadline(this.#clock, LOCK_TIMEOUT_MS, undefined);
    const asked = this.#take(signal);
    try {
      const lock = await raced(signal, asked);
      // Some stores say with null that another has it.
      return typeof lock?.release === 'function' ? lock : undefined;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      // It may come all the same, and nobody would release it.
      asked.then((late) => late?.release()).catch(() => {});
      return undefined;
    } finally {
      cancel();
    }
  }

  // Without a lock of the store's the clients of one process still take turns over what can be used only once.
  async #take(signal: AbortSignal): Promise<TokenLock | undefined> {
    const store = this.#store;
    if (store?.lock) return store.lock(this.#key, { signal });
    return store && this.#isUsers ? turnsOf(store).take(this.#key, signal) : undefined;
  }

  /** However long it takes, nobody waits for it. */
  async unlock(held: TokenLock): Promise<void> {
    try {
      await held.release();
    } catch {
      this.#warn('failed to release its lock');
    }
  }

  /** The last look waits longer: to take a slow store for an empty one would spend a refresh token twice. */
  async load(isLast: boolean, held: TokenLock | undefined): Promise<Reading> {
    const store = this.#store;
    if (!store) return { type: 'loaded', stored: undefined };
    const load = async (): Promise<Reading> => {
      const stored = (await store.load(this.#key)) ?? undefined;
      if (await isLost(held)) return { type: 'overtaken' };
      if (stored === undefined || isRecord(stored.record)) return { type: 'loaded', stored };
      this.#warn('holds something that is no token; the token is kept in memory');
      return { type: 'loaded', stored: undefined };
    };
    const limitMs = isLast ? LAST_LOAD_TIMEOUT_MS : STORE_TIMEOUT_MS;
    return this.#guarded(load, limitMs, () => {
      this.#warn('failed to load; the token is kept in memory');
      return { type: 'unread' };
    });
  }

  async save(record: TokenRecord, expectedVersion: string | undefined): Promise<Saving> {
    const store = this.#store;
    if (!store) return { type: 'saved' };
    const { refreshToken, obtainedAt, expiresAt } = record;
    const ttlMs = refreshToken === undefined ? expiresAt - obtainedAt : undefined;
    const save = async (): Promise<Saving> =>
      (await store.save(this.#key, record, { expectedVersion, ttlMs }))
        ? { type: 'saved' }
        : { type: 'unsaved', isRefused: true };
    return this.#guarded(save, STORE_TIMEOUT_MS, () => ({ type: 'unsaved', isRefused: false }));
  }

  #warn(what: string): void {
    this.#tell({ type: 'warning', message: `The token store ${what}.` });
  }

  // A store that fails or hangs must not fail the call; nor may its errors be shown: they may hold the record.
  async #guarded<T>(work: () => Promise<T>, limitMs: number, otherwise: () => T): Promise<T> {
    const { signal, cancel } = withDeadline(this.#clock, limitMs, undefined);
    try {
      return await raced(signal, work());
    } catch (error) {
      // The program or the place is wrong: it would never work, and the store says why.
      if (error instanceof ConfigError) throw error;
      return otherwise();
    } finally {
      cancel();
    }
  }
}

/** Has another taken it over? A lock of the user's may be able to say it, or not. */
export const isLost = async (held: TokenLock | undefined): Promise<boolean> =>
  typeof held?.isHeld === 'function' && (await held.isHeld()) === false;

/** What comes from outside is believed only if it could be a token of ours. */
const isRecord = (record: unknown): record is TokenRecord => {
  if (typeof record !== 'object' || record === null) return false;
  const { value, refreshToken, origins, spent, obtainedAt, expiresAt } = ownFields(
    record as Partial<TokenRecord>,
  );
  const lifetimeMs = Number(expiresAt) - Number(obtainedAt);
  return (
    typeof value === 'string' &&
    (value === '' ? refreshToken !== undefined : BEARER_VALUE.test(value)) &&
    (refreshToken === undefined || typeof refreshToken === 'string') &&
    [origins, spent].every(isListOfTexts) &&
    typeof obtainedAt === 'number' &&
    typeof expiresAt === 'number' &&
    lifetimeMs >= (value === '' ? 0 : 1) &&
    lifetimeMs <= LONGEST_LIFETIME_MS
  );
};

const isListOfTexts = (list: unknown): boolean =>
  list === undefined || (Array.isArray(list) && list.every((one) => typeof one === 'string'));

export const tokenOf = ({ value, refreshToken, expiresAt }: TokenRecord): AccessToken =>
  new AccessToken({ value, refreshToken, tokenType: 'Bearer', expiresAt: new Date(expiresAt) });
