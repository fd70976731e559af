import type { RateLimitFields } from './errors.js';
import type { HttpResponse } from './exchange.js';
import type { Clock } from './time.js';

/** What the headers of an answer say about the rate limit. Values that cannot be true are left out. */
export interface RateHeaders {
  /** Calls that a window takes. */
  readonly limit: number | undefined;
  /** Calls that this window still takes. */
  readonly remaining: number | undefined;
  /** When the window ends, by the server's clock, in milliseconds since 1970. */
  readonly resetAt: number | undefined;
  /** How long until then, in milliseconds, whatever the local clock shows. */
  readonly resetInMs: number | undefined;
  /** How long `retry-after-ms` or `Retry-After` asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Reads all of them; absolute times against the answer's own `Date`. */
export const rateHeaders = (
  { headers }: Pick<HttpResponse, 'headers'>,
  clock: Clock,
): RateHeaders => {
  const untilMs = (time: number | undefined): number | undefined =>
    time === undefined ? undefined : time - (dateOf(headers.date) ?? clock.now());
  const reset = resetOf(headers['x-ratelimit-reset']);
  const resetInMs = plausible(untilMs(reset));
  const after = headers['retry-after'];
  const seconds = numberOf(after);
  const asked = [
    numberOf(headers['retry-after-ms']),
    seconds === undefined ? untilMs(dateOf(after)) : seconds * 1_000,
  ].flatMap((ms) => plausible(ms) ?? []);
  return {
    ...countsOf(headers),
    resetAt: resetInMs === undefined ? undefined : reset,
    resetInMs,
    // Where two are stated, the longer is early for neither.
    retryAfterMs: asked.length === 0 ? undefined : Math.max(...asked),
  };
};

/** How long the answer asks to wait, in milliseconds; a 429 may say it by its reset alone. */
export const askedWaitMs = (
  response: Pick<HttpResponse, 'headers' | 'status'>,
  clock: Clock,
): number | undefined => {
  const { resetInMs, retryAfterMs } = rateHeaders(response, clock);
  return retryAfterMs ?? (response.status === 429 ? resetInMs : undefined);
};

/** What an error of a 429 tells of it. */
export const rateLimitFields = (response: HttpResponse, clock: Clock): RateLimitFields => {
  const { limit, remaining, resetAt } = rateHeaders(response, clock);
  const retryAfterMs = askedWaitMs(response, clock);
  const at = resetAt ?? (retryAfterMs && clock.now() + retryAfterMs);
  return {
    limit,
    remaining,
    resetAt: at === undefined ? undefined : new Date(at),
    retryAfterMs,
  };
};

const FURTHEST_MS = 366 * 86_400_000;

/** A wait, unless it ends more than a year from now or ago: that is a mistake, such as a wrong unit. */
const plausible = (ms: number | undefined): number | undefined =>
  ms !== undefined && Math.abs(ms) <= FURTHEST_MS ? Math.max(0, ms) : undefined;

const countsOf = (
  headers: HttpResponse['headers'],
): { limit: number | undefined; remaining: number | undefined } => {
  const limit = countOf(headers['x-ratelimit-limit']);
  const remaining = countOf(headers['x-ratelimit-remaining']);
  const fits = limit === undefined || (limit > 0 && (remaining ?? 0) <= limit);
  // Which of two is wrong nobody can tell.
  return fits ? { limit, remaining } : { limit: undefined, remaining: undefined };
};

const countOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) : undefined;

const resetOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{9,11}$/.test(text) ? Number(text) * 1_000 : undefined;

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;

// One form of HTTP's dates names no zone (RFC 9110 section 5.6.7); without one they would be local.
const ZONELESS = /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/** A date of HTTP as milliseconds since 1970. */
const dateOf = (text: string | undefined): number | undefined => {
  if (text === undefined || !/[A-Za-z]/.test(text)) return undefined;
  const time = Date.parse(ZONELESS.test(text) ? `${text} GMT` : text);
  return Number.isNaN(time) ? undefined : time;
};
