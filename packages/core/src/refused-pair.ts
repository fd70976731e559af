import { withFields } from './error-copy.js';
import type { TokenError } from './errors.js';
import type { Credentials } from './token-endpoint.js';
import { backoffMs } from './token-pause.js';

interface Refused {
  readonly pair: Credentials;
  readonly error: TokenError;
  readonly failures: number;
  /** On the monotonic clock. */
  readonly until: number;
}

/** The client id and secret that the endpoint refused: they are sent again only now and then, until there are others. */
export class RefusedPair {
  #refused: Refused | undefined;

  /** Why this pair is not sent now. */
  errorFor(pair: Credentials, monotonic: number): TokenError | undefined {
    if (!this.#refused || !isSamePair(pair, this.#refused.pair)) return undefined;
    const { error, until } = this.#refused;
    const retryAfterMs = Math.ceil(until - monotonic);
    return retryAfterMs > 0 ? withFields(error, { retryAfterMs }) : undefined;
  }

  /** Gives the error with the time until the pair is sent again. */
  add(
    pair: Credentials,
    error: TokenError,
    now: { readonly monotonic: number; readonly random: number },
  ): TokenError {
    const last = this.#refused;
    const before = last && isSamePair(pair, last.pair) ? last.failures : 0;
    const until = now.monotonic + backoffMs(before, now.random);
    const told = withFields(error, { retryAfterMs: Math.ceil(until - now.monotonic) });
    this.#refused = { pair, error, until, failures: before + 1 };
    return told;
  }

  clear(): void {
    this.#refused = undefined;
  }
}

const isSamePair = (one: Credentials, other: Credentials): boolean =>
  one.clientId === other.clientId && one.clientSecret === other.clientSecret;
