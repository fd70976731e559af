import { withFields } from './error-copy.js';
import type { TokenError } from './errors.js';
import type { Credentials } from './token-endpoint.js';
import { askedPauseMs, backoffMs } from './token-pause.js';

interface RefusedPair {
  readonly pair: Credentials;
  readonly error: TokenError;
  readonly failures: number;
  /** When it was refused last, and until when it is not sent, on the monotonic clock. */
  readonly at: number;
  readonly until: number;
}

interface Wait {
  readonly error: TokenError;
  readonly at: number;
  readonly until: number;
  /** Until when one request alone tries whether it is over. */
  readonly triedUntil: number;
}

interface Now {
  readonly monotonic: number;
  readonly random: number;
}

const NONE: readonly RefusedPair[] = [];
const MOST_PAIRS = 8;
const TRY_MS = 1_000;

/** What the token endpoint refused to an app, whichever of its users a token was for: it is not asked again at once. */
export class Refusals {
  /** Client ids and secrets, the last ones: each is sent again only now and then. */
  #pairs = NONE;
  /** The endpoint asked to wait. */
  #wait: Wait | undefined;

  /** Why nothing is sent with this pair now. Who is told nothing sends: after a wait that is one at a time. */
  errorFor(pair: Credentials, monotonic: number): TokenError | undefined {
    const refused = this.#pairs.find(isOf(pair));
    if (refused && monotonic < refused.until)
      return withFields(refused.error, { retryAfterMs: Math.ceil(refused.until - monotonic) });
    const wait = this.#wait;
    if (wait === undefined) return undefined;
    const until = Math.max(wait.until, wait.triedUntil);
    if (monotonic < until) {
      const retryAfterMs = Math.ceil(until - monotonic);
      return withFields(wait.error, { retryAfterMs, attempts: 0, outcome: 'not-sent' });
    }
    this.#wait = { ...wait, triedUntil: monotonic + TRY_MS };
    return undefined;
  }

  /** Gives the error with the time until the pair is sent again. Requests that were under way together count once. */
  addPair(pair: Credentials, error: TokenError, startedAt: number, now: Now): TokenError {
    const last = this.#pairs.find(isOf(pair));
    if (last && startedAt < last.at && now.monotonic < last.until)
      return withFields(error, { retryAfterMs: Math.ceil(last.until - now.monotonic) });
    const before = last?.failures ?? 0;
    const at = now.monotonic;
    const until = at + backoffMs(before, now.random);
    const others = this.#pairs.filter((one) => !isOf(pair)(one));
    this.#pairs = [...others, { pair, error, failures: before + 1, at, until }].slice(-MOST_PAIRS);
    return withFields(error, { retryAfterMs: Math.ceil(until - at) });
  }

  /** An answer without a token came: a busy endpoint may ask for a wait, and another answer ends it. */
  failed(error: TokenError, startedAt: number, monotonic: number): void {
    const { retryAfterMs, status } = error;
    if (retryAfterMs === undefined || (status !== 429 && status !== 503)) {
      if (status !== undefined) this.#endWait(startedAt);
      return;
    }
    const until = Math.max(monotonic + askedPauseMs(retryAfterMs), this.#wait?.until ?? 0);
    this.#wait = { error, at: monotonic, until, triedUntil: 0 };
  }

  /** A token came with this pair. */
  worked(pair: Credentials, startedAt: number): void {
    this.#pairs = this.#pairs.filter((one) => !isOf(pair)(one));
    this.#endWait(startedAt);
  }

  // An answer to an older request says nothing of it.
  #endWait(startedAt: number): void {
    if (this.#wait && startedAt >= this.#wait.at) this.#wait = undefined;
  }
}

const isOf =
  (pair: Credentials) =>
  (other: RefusedPair): boolean =>
    pair.clientId === other.pair.clientId && pair.clientSecret === other.pair.clientSecret;
