import type { Middleware } from './exchange.js';
import type { FutileRenewals } from './futile-renewals.js';
import type { RateGate } from './rate-gate.js';
import type { ClientSecrets } from './secrets.js';
import type { TokenProvider } from './token-provider.js';
import { memoryStore, type TokenStore } from './token-store.js';

/** What calls need to get in. */
export interface Access {
  readonly tokens: TokenProvider;
  readonly rateLimit: RateGate;
  readonly futile: FutileRenewals;
  readonly secrets: ClientSecrets;
  /** Of the pipeline. */
  readonly steps: readonly Middleware[];
}

/** The access of a client, and what it is found by. */
export interface Kept {
  readonly user: string;
  /** What the client was made with; nothing if it goes on with what the store has. */
  readonly grant: string | undefined;
  readonly access: Access;
}

const MOST_KEPT = 1_000;

/**
 * Of an app's users, the 1,000 that were asked for last: clients that are made for each request share
 * the token in memory, its renewal, the pause after a failure, and the rate limit. Another grant is another consent, and
 * takes the place of the one before.
 */
export class KeptAccess {
  /** Where users of an app without a store have their tokens. */
  readonly memory: TokenStore = memoryStore();
  readonly #kept = new Map<string, Kept>();

  constructor(first: Kept | undefined) {
    if (first) this.#kept.set(first.user, first);
  }

  /** @param make is given that of the last grant */
  of(user: string, grant: string | undefined, make: (last: Access | undefined) => Access): Access {
    const last = this.#kept.get(user);
    const isSame = last && (grant === undefined || grant === last.grant);
    const kept = isSame ? last : { user, grant, access: make(last?.access) };
    this.#kept.delete(user);
    this.#kept.set(user, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return kept.access;
  }
}
