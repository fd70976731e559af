import type { Outcome } from './errors.js';
import type { ApiLife } from './life.js';
import { together } from './outcome.js';
import type { RetryPolicy } from './retry.js';
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
}

/** What one call carries through all of its attempts, and what became of them. */
export class CallState implements CallTerms {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  readonly attemptMs: number;
  readonly connectMs: number;
  readonly retry: RetryPolicy;
  readonly life: ApiLife;
  readonly hint: (url: string) => string | undefined;
  /** Values that were sent and may show up nowhere. */
  readonly secrets: Set<string> = new Set();
  /** HTTP requests so far that had a connection, or tried to get one. */
  attempts = 0;
  /** True once the host's retry budget was empty. */
  isOutOfRetries = false;
  /** True once a request was sent again because its kept connection had ended. */
  hasReconnected = false;
  /** True once a token was refused and given up. */
  hasRenewed = false;
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
  }

  /** Of all attempts together. */
  get outcome(): Outcome {
    return this.#outcome;
  }

  /** What came of one more attempt. */
  note(outcome: Outcome): void {
    this.#outcome = together(this.#outcome, outcome);
  }
}
