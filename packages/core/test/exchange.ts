import { CallState, type CallTerms } from '../src/call-state.js';
import type { Outcome } from '../src/errors.js';
import type { HttpRequest, HttpResponse } from '../src/exchange.js';
import { type FaultKind, TransportFault } from '../src/fault.js';
import { getThing } from './api.js';

/* One exchange made by hand, for what needs no socket. */

const { signal } = new AbortController();

interface Carried extends CallTerms {
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly isOutOfRetries: boolean;
  readonly secrets: readonly string[];
}

export const requestOf = (
  {
    outcome = 'not-sent',
    attempts = 2,
    isOutOfRetries = false,
    secrets = [],
    ...terms
  }: Partial<Carried> = {},
  more: Partial<HttpRequest> = {},
): HttpRequest => {
  const call = new CallState({
    signal,
    deadline: {
      signal,
      leftMs: () => 600_000,
      hold: () => () => {},
      cancel: () => {},
      end: () => {},
    },
    attemptMs: 60_000,
    connectMs: 10_000,
    retry: { limit: 3, baseMs: 100, maxMs: 300, writes: true, unsafe: false },
    life: {},
    hint: () => undefined,
    ...terms,
  });
  call.note(outcome);
  call.attempts = attempts;
  call.isOutOfRetries = isOutOfRetries;
  for (const secret of secrets) call.secrets.add(secret);
  return {
    operation: getThing,
    method: 'GET',
    url: 'https://api.example.com/things/1',
    headers: { accept: 'application/json' },
    call,
    ...more,
  };
};

export const answer = (
  status: number,
  headers: HttpResponse['headers'] = {},
  body = '',
): HttpResponse => ({ status, headers, body });

export const fault = (kind: FaultKind, isUnsent?: boolean): TransportFault =>
  new TransportFault(kind, 'it failed', isUnsent === undefined ? {} : { isUnsent });
