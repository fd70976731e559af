import { AccessToken } from './access-token.js';
import type { Observe } from './observe.js';

/** A token as a store keeps it: plain data, all of it secret. Times are milliseconds since 1970. */
export interface TokenRecord {
  readonly value: string;
  readonly refreshToken?: string | undefined;
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
 * secret; a record does. A store that fails is told as a warning, and the client goes on from memory.
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
}

/** A store in memory, for tests and for clients of one process. */
export const memoryStore = (): TokenStore => {
  const records = new Map<string, StoredToken>();
  let saves = 0;
  return {
    load: async (key) => records.get(key),
    save: async (key, record, { expectedVersion }) => {
      if (records.get(key)?.version !== expectedVersion) return false;
      saves += 1;
      records.set(key, { record, version: String(saves) });
      return true;
    },
  };
};

/** One key of a store, whose failures are warnings. */
export interface Shelf {
  load(): Promise<StoredToken | undefined>;
  save(record: TokenRecord, expectedVersion: string | undefined): Promise<boolean>;
}

export const shelfOf = (store: TokenStore | undefined, key: string, tell: Observe): Shelf => {
  const guarded = async <T>(
    what: string,
    work: Promise<T> | undefined,
    otherwise: T,
  ): Promise<T> => {
    try {
      return (await work) ?? otherwise;
    } catch {
      tell({
        type: 'warning',
        message: `The token store failed to ${what}; the token is kept in memory.`,
      });
      return otherwise;
    }
  };
  return {
    load: () => guarded('load', store?.load(key), undefined),
    save: (record, expectedVersion) => {
      const { refreshToken, obtainedAt, expiresAt } = record;
      const ttlMs = refreshToken === undefined ? expiresAt - obtainedAt : undefined;
      return guarded('save', store?.save(key, record, { expectedVersion, ttlMs }), true);
    },
  };
};

export const tokenOf = ({ value, refreshToken, expiresAt }: TokenRecord): AccessToken =>
  new AccessToken({ value, refreshToken, tokenType: 'Bearer', expiresAt: new Date(expiresAt) });
