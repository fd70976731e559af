import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../src/exchange.js';
import { errorOfFault, errorOfOddStatus, errorOfStatus, traceOf } from '../src/failure.js';
import { type FaultKind, TransportFault } from '../src/fault.js';
import type { Operation } from '../src/operation.js';
import { createThing, expectFields, getThing } from './api.js';
import { requestOf } from './exchange.js';
import { manualClock } from './manual-clock.js';

const clock = manualClock();

const requestWith = (
  state: Parameters<typeof requestOf>[0] = {},
  operation: Operation = getThing,
): HttpRequest =>
  requestOf(
    {
      hint: (url) => `Nothing arrived at ${url}.`,
      secrets: ['the-token'],
      ...state,
    },
    { url: 'https://api.example.com:8443/v/things/1', operation },
  );
const request = requestWith();
const HINT = 'Nothing arrived at https://api.example.com:8443/v/things/1.';
const BUDGET =
  'It was not repeated again, because too many calls to this host failed: the retry budget refills as calls succeed.';
const NOTE = ' The request may have been processed: look before you repeat it.';

const answer = (
  status: number,
  body: unknown = '',
  headers: HttpResponse['headers'] = {},
): HttpResponse => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('the error of a fault', () => {
  const HOST = 'api.example.com:8443';
  const UNREAD = 'the answer cannot be read';
  const lost = { name: 'ConnectionError', retryable: true, hint: HINT };
  const late = { ...lost, name: 'TimeoutError', code: 'ETIMEDOUT' };
  const unread = { name: 'ResponseError', retryable: false, hint: undefined };

  it.each<[FaultKind, string, object, string, object]>([
    ['connect', 'no route', { code: 'EHOSTUNREACH' }, `no route at ${HOST}.`, lost],
    ['network', 'a reset', { code: 'ECONNRESET' }, `a reset at ${HOST}.`, lost],
    ['refused', 'no', { code: 'CERT_REVOKED' }, `no at ${HOST}.`, { ...unread, name: lost.name }],
    ['timeout', 'no end', { limitMs: 9 }, 'no end within 9 ms.', late],
    ['response', 'odd', {}, `${UNREAD}: odd.`, { ...unread, reason: 'unreadable' }],
    ['too-large', 'huge', {}, `${UNREAD}: huge.`, { ...unread, reason: 'too-large' }],
  ])('of the kind %s (%s, %o) says: %s', (kind, words, options, message, fields) => {
    const error = errorOfFault(request, new TransportFault(kind, words, options));
    expectFields(error, {
      message: `getThing failed: ${message}`,
      operation: 'getThing',
      attempts: 2,
      ...options,
      ...fields,
    });
  });

  it('says whether something may have happened, and why it was not repeated', () => {
    const fault = new TransportFault('network', 'the connection was reset');
    const uncertain = requestWith({ outcome: 'unknown', isOutOfRetries: true }, createThing);
    expect(errorOfFault(uncertain, fault)).toMatchObject({
      outcome: 'unknown',
      message: `createThing failed: the connection was reset at api.example.com:8443.${NOTE}`,
      hint: `${HINT} ${BUDGET}`,
    });
    expect(errorOfStatus(uncertain, answer(500), clock)).toMatchObject({
      message: `createThing failed: 500.${NOTE}`,
      hint: BUDGET,
    });
  });
});

describe('the error of a certificate', () => {
  const hintOf = (code: string): string | undefined =>
    errorOfFault(request, new TransportFault('refused', 'no', { code })).hint;

  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('%s says how to trust the authority of a company', (code) => {
    expect(hintOf(code)).toContain('NODE_EXTRA_CA_CERTS');
  });

  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_REVOKED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_GET_CRL',
  ])('%s does not: no authority helps', (code) =>
    expect(hintOf(code) ?? '').not.toContain('NODE_EXTRA_CA_CERTS'),
  );
});

describe('the error of a status', () => {
  const [code, type, title, detail, traceId] = ['some-code', 'some-type', 'Title.', 'Detail.', 't'];

  it.each([
    ['that says nothing', {}, '500'],
    [
      'with all',
      { errors: [{ code, type, title, detail, traceId }] },
      '500 some-code · Detail. · trace t',
    ],
    ['without a code', { errors: [{ type, title }] }, '500 some-type · Title.'],
    ['with words alone', { errors: [{ detail }] }, '500 · Detail.'],
    [
      'whose second problem has a trace id',
      { errors: [{ code }, { traceId }] },
      '500 some-code · trace t',
    ],
    ['with a secret', { errors: [{ detail: 'No the-token.' }] }, '500 · No [redacted].'],
  ])('quotes a body %s', (_what, body, words) => {
    expect(errorOfStatus(request, answer(500, body), clock).message).toBe(
      `getThing failed: ${words}`,
    );
  });

  it('holds twenty problems at most', () => {
    const errors = Array.from({ length: 21 }, (_, index) => ({ code: `code-${index}` }));
    expect(errorOfStatus(request, answer(400, { errors }), clock).problems).toEqual(
      errors.slice(0, 20),
    );
  });

  it('reads a body of 64 Ki characters, and none that is longer', () => {
    const body = JSON.stringify({ errors: [{ code }] });
    const problemsOf = (length: number): unknown =>
      errorOfStatus(request, answer(400, body.padEnd(length)), clock).problems;
    expect(problemsOf(65_536)).toEqual([{ code }]);
    expect(problemsOf(65_537)).toEqual([]);
  });

  it('has the figures of the rate limit, and says for how long to wait', () => {
    const seconds = Math.floor(clock.now() / 1_000) + 9;
    const headers = { 'x-ratelimit-limit': '250', 'x-ratelimit-remaining': '0' };
    const stated = { ...headers, 'x-ratelimit-reset': String(seconds) };
    expectFields(errorOfStatus(request, answer(429, '', stated), clock), {
      name: 'RateLimitError',
      limit: 250,
      remaining: 0,
      resetAt: new Date(seconds * 1_000),
      retryAfterMs: 9_000,
    });
    expectFields(errorOfStatus(request, answer(429), clock), {
      name: 'RateLimitError',
      limit: undefined,
      remaining: undefined,
      resetAt: undefined,
      retryAfterMs: undefined,
    });
  });
});

describe('the trace id for those who watch', () => {
  it.each([
    [399, { traceId: 't' }, {}],
    [400, { traceId: 't' }, { traceId: 't' }],
    [500, { traceId: 'of the-token' }, { traceId: 'of [redacted]' }],
    [500, { code: 'c' }, {}],
  ])('of a %i with %j is %j', (status, body, trace) => {
    expect(traceOf(request, answer(status, body))).toStrictEqual(trace);
  });
});

describe('the error of a redirect', () => {
  it.each([
    ['https://elsewhere.example/path?secret=1', 'https://elsewhere.example'],
    ['/sign-in?secret=1', 'https://api.example.com:8443'],
    ['https://', 'nowhere'],
    [undefined, 'nowhere'],
  ])('to %s names %s and no more', (location, place) => {
    const headers = location === undefined ? undefined : { location };
    expect(errorOfOddStatus(request, answer(302, '', headers))).toMatchObject({
      name: 'ResponseError',
      message: `getThing failed: 302, a redirect to ${place}, which is not followed.`,
      hint: 'Set baseUrl to the address that answers by itself.',
      reason: 'redirected',
      status: 302,
      operation: 'getThing',
      attempts: 2,
    });
  });
});
