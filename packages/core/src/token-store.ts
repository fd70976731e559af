import { AccessToken, BEARER_VALUE } from './access-token.js';
import { ConfigError } from './errors.js';
import type { Observe } from './observe.js';
import { type Clock, raced, withDeadline } from './time.js';

/** A token as a store keeps it: plain data, all of it secret. Times are milliseconds since 1970. */
export interface TokenRecord {
  readonly value: string;
  readonly refreshToken?: string | undefined;
  /** The code or refresh token that a client was given and that this came of: it is used up. */
  readonly origin?: string | undefined;
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
 * secret; a record does. A store that fails is told as a warning, and the client goes on from memory; one
 * that throws a `ConfigError` ends the call with it.
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
   */
  lock?(key: string, options: { readonly signal: AbortSignal }): Promise<TokenLock>;
}

/** A lock that is held. */
export interface TokenLock {
  /** Grows with each holder of the same key, or at least differs. */
  readonly fence: string;
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
  const turns = new Map<string, Promise<void>>();
  let saves = 0;
  let holders = 0;
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
    lock: async (key, { signal }) => {
      const before = turns.get(key);
      let release = (): void => {};
      const turn = new Promise<void>((resolve) => {
        release = resolve;
      });
      const mine = Promise.all([before, turn]).then(() => {
        if (turns.get(key) === mine) turns.delete(key);
      });
      turns.set(key, mine);
      await raced(signal, Promise.resolve(before)).catch((error: unknown) => {
        release();
        throw error;
      });
      holders += 1;
      return { fence: String(holders), release: async () => release() };
    },
  };
};

const LONGEST_LIFETIME_MS = 86_400_000;
const STORE_TIMEOUT_MS = 500;
const LOCKED_TIMEOUT_MS = 10_000;
// Longer than a holder may take over one token request; then it is better to have a token than to wait.
const LOCK_TIMEOUT_MS = 20_000;

/** One key of a store, whose failures are warnings. A class, so that each of many clients has its state alone. */
export class Shelf {
  readonly #store: TokenStore | undefined;
  readonly #key: string;
  readonly #tell: Observe;
  readonly #clock: Clock;
  #saving: Promise<unknown> | undefined;

  constructor(
    store: TokenStore | undefined,
    key: string,
    { tell, clock }: { readonly tell: Observe; readonly clock: Clock },
  ) {
    this.#store = store;
    this.#key = key;
    this.#tell = tell;
    this.#clock = clock;
  }

  get hasLock(): boolean {
    return this.#store?.lock !== undefined;
  }

  /** Undefined where the store has no lock, or none can be had: then others may renew at the same time. */
  async lock(): Promise<TokenLock | undefined> {
    const { signal, cancel } = withDeadline(this.#clock, LOCK_TIMEOUT_MS, undefined);
    const asked = (async () => this.#store?.lock?.(this.#key, { signal }))();
    try {
      return await raced(signal, asked);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      this.#tell({
        type: 'warning',
        message: 'The token store gave no lock; others may renew at the same time.',
      });
      // It may come all the same, and nobody would release it.
      asked.then((late) => late?.release()).catch(() => {});
      return undefined;
    } finally {
      cancel();
    }
  }

  /** Only when a save that is still under way has ended: who comes next must find what it wrote. */
  async unlock(held: TokenLock): Promise<void> {
    const { signal, cancel } = withDeadline(this.#clock, LOCKED_TIMEOUT_MS, undefined);
    await raced(signal, this.#saving ?? Promise.resolve()).catch(() => {});
    cancel();
    await this.#guarded('release its lock', () => held.release(), undefined);
  }

  /** Under the lock it waits longer: to take a slow store for an empty one would spend a refresh token twice. */
  async load(isLocked: boolean): Promise<StoredToken | undefined> {
    const store = this.#store;
    if (!store) return undefined;
    const limitMs = isLocked ? LOCKED_TIMEOUT_MS : STORE_TIMEOUT_MS;
    const load = async (): Promise<StoredToken | undefined> => store.load(this.#key);
    const stored = await this.#guarded('load', load, undefined, limitMs);
    if (stored === undefined || stored === null || isRecord(stored.record))
      return stored ?? undefined;
    this.#warn('holds something that is no token');
    return undefined;
  }

  async save(record: TokenRecord, expectedVersion: string | undefined): Promise<void> {
    const store = this.#store;
    if (!store) return;
    const { refreshToken, obtainedAt, expiresAt } = record;
    const ttlMs = refreshToken === undefined ? expiresAt - obtainedAt : undefined;
    const save = async (): Promise<boolean> =>
      store.save(this.#key, record, { expectedVersion, ttlMs });
    const saved = save();
    this.#saving = saved;
    await this.#guarded('save', () => saved, false);
  }

  #warn(what: string): void {
    this.#tell({
      type: 'warning',
      message: `The token store ${what}; the token is kept in memory.`,
    });
  }

  // A store that fails or hangs must not fail the call; nor may its errors be shown: they may hold the record.
  async #guarded<T>(
    what: string,
    work: () => Promise<T>,
    otherwise: T,
    limitMs = STORE_TIMEOUT_MS,
  ): Promise<T> {
    const { signal, cancel } = withDeadline(this.#clock, limitMs, undefined);
    try {
      return await raced(signal, work());
    } catch (error) {
      // The program or the place is wrong: it would never work, and the store says why.
      if (error instanceof ConfigError) throw error;
      this.#warn(`failed to ${what}`);
      return otherwise;
    } finally {
      cancel();
    }
  }
}

/** What comes from outside is believed only if it could be a token of ours. */
const isRecord = (record: unknown): record is TokenRecord => {
  if (typeof record !== 'object' || record === null) return false;
  const { value, refreshToken, origin, obtainedAt, expiresAt } = record as Partial<TokenRecord>;
  const lifetimeMs = Number(expiresAt) - Number(obtainedAt);
  return (
    typeof value === 'string' &&
    BEARER_VALUE.test(value) &&
    [refreshToken, origin].every((one) => one === undefined || typeof one === 'string') &&
    typeof obtainedAt === 'number' &&
    typeof expiresAt === 'number' &&
    lifetimeMs > 0 &&
    lifetimeMs <= LONGEST_LIFETIME_MS
  );
};

export const tokenOf = ({ value, refreshToken, expiresAt }: TokenRecord): AccessToken =>
  new AccessToken({ value, refreshToken, tokenType: 'Bearer', expiresAt: new Date(expiresAt) });
