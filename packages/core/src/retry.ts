import type { HttpRequest, HttpResponse } from './exchange.js';
import { isFault, type TransportFault } from './fault.js';
import type { Operation } from './operation.js';
import { isRead } from './outcome.js';

/**
 * Longest wait that an answer may ask for; beyond it the caller gets the error and decides: a
 * minute, and what whole seconds in `Date` and `x-ratelimit-reset` may add to it.
 */
export const LONGEST_WAIT_MS = 62_000;

const RETRIED = new Set([408, 429, 500, 502, 503, 504]);

export const isSafeToRetry = (operation: Operation): boolean =>
  operation.safeToRetry ?? isRead(operation);

/** Retry options, checked and complete. */
export interface RetryPolicy {
  readonly limit: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** May writes that are marked as safe be repeated? */
  readonly writes: boolean;
  readonly unsafe: boolean;
  /** False: where an answer asks for a wait, it is told at once. */
  readonly waits?: boolean;
}

/** May this request be sent again after this outcome? A write that is marked as safe only soon: {@link repeatBy}. */
export const mayRepeat = (request: HttpRequest, outcome: HttpResponse | TransportFault): boolean =>
  isRepeatable(outcome) &&
  (isUnprocessed(outcome) || isRepeatedUnseen(request.operation, request.call.retry));

/** Is a call repeated although nobody knows what became of it? */
export const isRepeatedUnseen = (
  operation: Operation,
  { writes, unsafe }: Pick<RetryPolicy, 'unsafe' | 'writes'>,
): boolean => isRead(operation) || unsafe || (writes && isSafeToRetry(operation));

const WRITES_REPEATED_MS = 10_000;

/**
 * For how long after its first sending a request may be sent again of which nobody knows what became. A write, though
 * it is marked as safe, can undo what somebody did in between.
 */
export const repeatedForMs = (operation: Operation, { unsafe }: RetryPolicy): number =>
  isRead(operation) || unsafe ? Number.POSITIVE_INFINITY : WRITES_REPEATED_MS;

/** Until when a repeat may be sent, on the monotonic clock. */
export const repeatBy = (
  { operation, call }: HttpRequest,
  outcome: HttpResponse | TransportFault,
): number =>
  isUnprocessed(outcome)
    ? call.repeatBy
    : (call.firstSentAt ?? 0) + repeatedForMs(operation, call.retry);

/** Might another attempt end better? */
const isRepeatable = (outcome: HttpResponse | TransportFault): boolean => {
  if (!isFault(outcome)) return RETRIED.has(outcome.status);
  return outcome.kind === 'connect' || outcome.kind === 'network' || outcome.kind === 'timeout';
};

/** True if the API surely did nothing: it got nothing, or it says so. 503 does not: gateways send it after a commit, too. */
const isUnprocessed = (outcome: HttpResponse | TransportFault): boolean =>
  isFault(outcome) ? outcome.isUnsent : outcome.status === 429;

/** Pause before repeat number `repeat` (from 0): full jitter over the upper half of a doubling range. */
export const backoffMs = (
  repeat: number,
  { baseMs, maxMs }: Pick<RetryPolicy, 'baseMs' | 'maxMs'>,
  random: () => number,
): number => {
  const range = Math.min(maxMs, baseMs * 2 ** repeat);
  return range / 2 + (range / 2) * random();
};

/** Never earlier than asked; up to a tenth later, so that callers do not all come at once. */
export const waitMs = (askedMs: number | undefined, ownMs: number, random: () => number): number =>
  askedMs === undefined || askedMs === 0 ? ownMs : askedMs * (1 + random() / 10);
