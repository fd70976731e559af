import { withFields } from './error-copy.js';
import type { TokenError } from './errors.js';
import type { Credentials } from './token-endpoint.js';
import { askedPauseMs, backoffMs } from './token-pause.js';

interface RefusedPair {
  readonly pair: Credentials;
  readonly error: TokenError;
  readonly failures: number;
  /** On the monotonic clock. */
  readonly until: number;
}

const NONE: readonly RefusedPair[] = [];
const MOST_PAIRS = 8;

/** What the token endpoint refused to an app, whichever of its users a token was for: it is not asked again at once. */
export class Refusals {
  /** Client ids and secrets, the last ones: each is sent again only now and then. */
  #pairs = NONE;
  /** The endpoint asked to wait. */
  #wait: { readonly error: TokenError; readonly until: number } | undefined;

  /** Why nothing is sent with this pair now. */
  errorFor(pair: Credentials, monotonic: number): TokenError | undefined {
    return (
      stillRefused(this.#pairs.find(isOf(pair)), monotonic) ?? stillRefused(this.#wait, monotonic)
    );
  }

  /** Gives the error with the time until the pair is sent again. */
  addPair(
    pair: Credentials,
    error: TokenError,
    now: { readonly monotonic: number; readonly random: number },
  ): TokenError {
    const before = this.#pairs.find(isOf(pair))?.failures ?? 0;
    const until = now.monotonic + backoffMs(before, now.random);
    const others = this.#pairs.filter((one) => !isOf(pair)(one));
    this.#pairs = [...others, { pair, error, until, failures: before + 1 }].slice(-MOST_PAIRS);
    return withFields(error, { retryAfterMs: Math.ceil(until - now.monotonic) });
  }

  /** Keeps what a busy endpoint asks for, if this is its answer. */
  addWait(error: TokenError, monotonic: number): void {
    const { retryAfterMs, status } = error;
    if (retryAfterMs !== undefined && (status === 429 || status === 503))
      this.#wait = { error, until: monotonic + askedPauseMs(retryAfterMs) };
  }

  /** A token came with this pair. */
  clear(pair: Credentials): void {
    this.#pairs = this.#pairs.filter((one) => !isOf(pair)(one));
    this.#wait = undefined;
  }
}

const stillRefused = (
  refused: { readonly error: TokenError; readonly until: number } | undefined,
  monotonic: number,
): TokenError | undefined => {
  const retryAfterMs = refused ? Math.ceil(refused.until - monotonic) : 0;
  return refused && retryAfterMs > 0 ? withFields(refused.error, { retryAfterMs }) : undefined;
};

const isOf =
  (pair: Credentials) =>
  (other: RefusedPair): boolean =>
    pair.clientId === other.pair.clientId && pair.clientSecret === other.pair.clientSecret;
