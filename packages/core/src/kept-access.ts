import type { Middleware } from './exchange.js';
import type { RateGate } from './rate-gate.js';
import type { TokenProvider } from './token-provider.js';

/** What calls need to get in. */
export interface Access {
  readonly tokens: TokenProvider;
  readonly rateLimit: RateGate;
  /** Of the pipeline: they remember what was refused, and how many calls there were. */
  readonly steps: readonly Middleware[];
}

interface Kept {
  readonly access: Access;
  /** What the client was made with; nothing if it goes on with what the store has. */
  readonly grant: string | undefined;
}

const MOST_KEPT = 1_000;

/**
 * Of an app's users, the 1,000 that were asked for last: clients that are made for each request share
 * the token in memory, its renewal, the pause after a failure, and the rate limit. Another grant is another consent, and
 * takes the place of the one before.
 */
export class KeptAccess {
  readonly #kept = new Map<string, Kept>();

  of(user: string, grant: string | undefined, make: () => Access): Access {
    const last = this.#kept.get(user);
    const isSame = last && (grant === undefined || grant === last.grant);
    const kept = isSame ? last : { access: make(), grant };
    this.#kept.delete(user);
    this.#kept.set(user, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return kept.access;
  }
}
