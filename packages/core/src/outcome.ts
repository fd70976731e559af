import type { Outcome } from './errors.js';
import type { HttpRequest, HttpResponse } from './exchange.js';
import { isFault, type TransportFault } from './fault.js';
import type { Operation } from './operation.js';

/** Does it change nothing? Then it may be sent as often as one likes. A GET that is not safe to retry does change something. */
export const isRead = ({ method, read, safeToRetry }: Operation): boolean =>
  read ?? (method === 'GET' && safeToRetry !== false);

// Of a write nothing is certain after these: it may have been done before somebody failed, or led elsewhere.
const UNCERTAIN = new Set([0, 302, 303, 408]);

/** What became of a request, by what came of it. */
export const outcomeOf = (
  operation: Operation,
  outcome: HttpResponse | TransportFault,
): Outcome => {
  if (!isFault(outcome)) {
    const isUncertain = UNCERTAIN.has(outcome.status) || outcome.status >= 500;
    return isUncertain && !isRead(operation) ? 'unknown' : 'answered';
  }
  if (outcome.isUnsent) return 'not-sent';
  const isAnswer = outcome.kind === 'response' || outcome.kind === 'too-large';
  return isAnswer && isRead(operation) ? 'answered' : 'unknown';
};

/** Of two attempts: unknown outweighs answered, and that not sent. */
export const together = (one: Outcome, other: Outcome): Outcome =>
  other === 'unknown' || one === 'not-sent' ? other : one;

type Written = Pick<HttpRequest, 'call' | 'operation'>;

/** Is it a write of which nobody knows whether it was processed? Of a token request its grant tells more. */
export const isUncertain = ({ call, operation }: Written): boolean =>
  isDoubtful(operation, call.outcome);

const isDoubtful = (operation: Operation<never, unknown>, outcome: Outcome): boolean =>
  outcome === 'unknown' && !isRead(operation) && operation.grants === undefined;

/** What the message of an error adds for a write of which nobody knows. */
export const noteOf = (operation: Operation<never, unknown>, outcome: Outcome): string =>
  isDoubtful(operation, outcome)
    ? ' The request may have been processed: look before you repeat it.'
    : '';

export const outcomeNote = ({ call, operation }: Written): string =>
  noteOf(operation, call.outcome);
