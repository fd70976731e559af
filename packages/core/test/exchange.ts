import { type FaultKind, TransportFault } from '../src/fault.js';
import type { CallState, HttpRequest, HttpResponse } from '../src/http.js';
import { getThing } from './api.js';

/* One exchange made by hand, for what needs no socket. */

const { signal } = new AbortController();

export const requestOf = (
  call: Partial<CallState> = {},
  more: Partial<HttpRequest> = {},
): HttpRequest => ({
  operation: getThing,
  method: 'GET',
  url: 'https://api.example.com/things/1',
  headers: { accept: 'application/json' },
  call: {
    signal,
    deadline: {
      signal,
      leftMs: () => 600_000,
      hold: () => () => {},
      cancel: () => {},
      end: () => {},
    },
    attemptMs: 60_000,
    retry: { limit: 3, baseMs: 100, maxMs: 300, unsafe: false },
    life: {},
    hint: () => undefined,
    attempts: 2,
    isAmbiguous: false,
    isOutOfRetries: false,
    secrets: new Set(),
    ...call,
  },
  ...more,
});

export const answer = (
  status: number,
  headers: HttpResponse['headers'] = {},
  body = '',
): HttpResponse => ({ status, headers, body });

export const fault = (kind: FaultKind): TransportFault => new TransportFault(kind, 'it failed');
