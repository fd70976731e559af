import type { Outcome } from './errors.js';
import type { ApiLife } from './life.js';
import type { Operation } from './operation.js';
import { together } from './outcome.js';
import type { RetryPolicy } from './retry.js';
import { CallSecrets, type ClientSecrets } from './secrets.js';
import type { Deadline } from './time.js';

/** What is settled about a call before it starts. */
export interface CallTerms {
  /** Aborts for the caller's signal and for the limit of the whole call. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** Limit of one attempt in milliseconds, from when it has a connection. */
  readonly attemptMs: number;
  /** Limit of connecting in milliseconds. */
  readonly connectMs: number;
  readonly retry: RetryPolicy;
  /** Of the client's API version. */
  readonly life: ApiLife;
  /** What to do if nothing arrives at the URL. */
  readonly hint: (url: string) => string | undefined;
  /** What the client knows that may show up nowhere. */
  readonly known?: ClientSecrets | undefined;
}

/** What one call carries through all of its attempts, and what became of them. */
export class CallState implements Omit<CallTerms, 'known'> {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  attemptMs: number;
  readonly connectMs: number;
  readonly retry: RetryPolicy;
  readonly life: ApiLife;
  readonly hint: (url: string) => string | undefined;
  /** Values that were sent and may show up nowhere. */
  readonly secrets: CallSecrets;
  /** HTTP requests so far that had a connection, or tried to get one. */
  attempts = 0;
  /** True once the host's retry budget was empty. */
  isOutOfRetries = false;
  /** True once a request was sent again because its kept connection had ended. */
  hasReconnected = false;
  /** True once a token was refused and another one asked for. */
  hasRenewed = false;
  /** Why no other token was sent after one was refused: the same came again, a fresh one was refused a moment ago, or too many were. */
  refused: 'again' | 'often' | 'same' | undefined;
  /** True once no answer came in time: the connection may be as dead as its other end. */
  wantsFreshConnection = false;
  /** On the monotonic clock, when the first request was sent that may have been processed. */
  firstSentAt: number | undefined;
  /** On the monotonic clock, until when a repeat may be sent. */
  repeatBy: number = Number.POSITIVE_INFINITY;
  /** What code of the user's threw within an attempt. */
  usersError: unknown;
  #outcome: Outcome = 'not-sent';

  constructor(terms: CallTerms) {
    this.signal = terms.signal;
    this.deadline = terms.deadline;
    this.attemptMs = terms.attemptMs;
    this.connectMs = terms.connectMs;
    this.retry = terms.retry;
    this.life = terms.life;
    this.hint = terms.hint;
    this.secrets = new CallSecrets(terms.known);
  }

  /** Of all attempts together. */
  get outcome(): Outcome {
    return this.#outcome;
  }

  /** No answer came to an attempt. A token request has no time for a third one: the next gets all that is left. */
  hung({ grants }: Operation): void {
    this.wantsFreshConnection = true;
    if (grants) this.attemptMs = this.deadline.leftMs();
  }

  /** What came of one more attempt. */
  note(outcome: Outcome): void {
    this.#outcome = together(this.#outcome, outcome);
  }
}
