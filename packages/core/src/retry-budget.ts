import type { HttpRequest, HttpResponse } from './exchange.js';
import { isFault, type TransportFault } from './fault.js';

/*
 * Repeats help while single calls fail; when a host is down they multiply its load. So all clients
 * of a process share one budget a host: it pays for repeats, and calls that succeed refill it.
 */

const FULL = 100;
const COST = 5;
const COST_AFTER_TIMEOUT = 10;
const MOST_HOSTS = 1_000;

/** What is missing of a full budget, by origin. */
const spent = new Map<string, number>();

/** Pays for a repeat after this outcome; false, and noted in the call, if the budget is too low. */
export const payRetry = (request: HttpRequest, outcome: HttpResponse | TransportFault): boolean => {
  // What was never sent burdens the host with a connection at most; and 429 says when to come again.
  if (isFault(outcome) ? outcome.isUnsent : outcome.status === 429) return true;
  const origin = originOf(request);
  const cost = isFault(outcome) && outcome.kind === 'timeout' ? COST_AFTER_TIMEOUT : COST;
  const after = (spent.get(origin) ?? 0) + cost;
  request.call.isOutOfRetries = after > FULL;
  if (request.call.isOutOfRetries) return false;
  if (spent.size >= MOST_HOSTS && !spent.has(origin)) spent.clear();
  spent.set(origin, after);
  return true;
};

/** A success gives a little back. */
export const countSuccess = (
  request: HttpRequest,
  outcome: HttpResponse | TransportFault,
): void => {
  if (spent.size === 0 || isFault(outcome) || outcome.status >= 400) return;
  const origin = originOf(request);
  const left = (spent.get(origin) ?? 0) - 1;
  if (left > 0) spent.set(origin, left);
  else spent.delete(origin);
};

const originOf = ({ url }: HttpRequest): string => new URL(url).origin;
