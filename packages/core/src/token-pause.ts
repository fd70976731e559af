import { withFields } from './error-copy.js';
import { ReauthRequiredError, TokenError } from './errors.js';

/** The last failure of a token request, and until when no other is sent. Times are of the monotonic clock, in milliseconds. */
export interface Pause {
  readonly error: TokenError;
  readonly until: number;
  /** Until when the endpoint asks to wait: it may be longer. */
  readonly askedUntil: number;
  /** Requests that failed in a row. */
  readonly failures: number;
}

// The endpoint is asked earlier than it says only after this long: a wrong `Retry-After` must not stop a program for a day.
const LONGEST_ASKED_MS = 900_000;
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** What comes of a failed request: undefined if it was none, or only another consent helps. */
export const pauseAfter = (
  error: unknown,
  last: Pause | undefined,
  now: { readonly monotonic: number; readonly random: number },
): Pause | undefined => {
  if (!(error instanceof TokenError) || error instanceof ReauthRequiredError) return undefined;
  const { retryAfterMs } = error;
  const before = last?.failures ?? 0;
  // A pair may be replaced at any time: only whether it was is asked so often.
  const failures = isPairRefused(error) ? before : before + 1;
  const ownMs = isPairRefused(error) ? FIRST_MS : backoffMs(before, now.random);
  const isAsked = retryAfterMs !== undefined && !isPairRefused(error);
  const pauseMs = isAsked ? askedPauseMs(retryAfterMs) : ownMs;
  return {
    error,
    failures,
    until: now.monotonic + pauseMs,
    askedUntil: now.monotonic + (retryAfterMs ?? pauseMs),
  };
};

/** How long nothing is sent to an endpoint that asks for this wait. */
export const askedPauseMs = (retryAfterMs: number): number =>
  Math.min(LONGEST_ASKED_MS, Math.max(retryAfterMs, FIRST_MS));

/** What who asks meanwhile is told: the same failure, and how long it still lasts. */
export const failureIn = (pause: Pause, monotonic: number): TokenError =>
  withFields(pause.error, {
    retryAfterMs: Math.max(0, Math.ceil(Math.max(pause.until, pause.askedUntil) - monotonic)),
  });

/** 1, 2, 4 … 30 s, and up to a tenth more: clients that failed together do not all come back at once. */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (1 + random / 10);

/** Did the endpoint refuse the client id and secret? Versions without OAuth's codes tell it by 401, or 403. */
export const isPairRefused = ({ code, status }: TokenError): boolean =>
  code === 'invalid_client' || (code === undefined && (status === 401 || status === 403));
