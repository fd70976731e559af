import { hintFor } from './criteo/hints.js';
import { readProblems, traceOf as traceIdOf } from './criteo/problem.js';
import {
  ApiError,
  type ApiErrorFields,
  AuthenticationError,
  ConnectionError,
  PartialFailureError,
  PermissionError,
  RateLimitError,
  ResponseError,
  type SdkError,
  TimeoutError,
} from './errors.js';
import type { HttpRequest, HttpResponse } from './exchange.js';
import { isOfUnknownAuthority, TransportFault } from './fault.js';
import { parseJson } from './json.js';
import type { Answer } from './operation.js';
import { isRead, isUncertain, outcomeNote, outcomeOf } from './outcome.js';
import { ownFields } from './own.js';
import { askedWaitMs, rateLimitFields } from './rate-headers.js';
import { cleaner, REDACTED } from './redact.js';
import { cleanProblem, isJson, mediaType, textOf } from './response.js';
import { mayRepeat } from './retry.js';
import type { Clock } from './time.js';

/** What a fault becomes outside the pipeline. */
export const errorOfFault = (request: HttpRequest, fault: TransportFault): SdkError => {
  const { id } = request.operation;
  const fields = {
    ...commonFields(request),
    status: fault.status,
    retryable: mayRepeatLater(request, fault),
    code: fault.code,
    hint: joined(
      authorityHint(fault),
      wireHint(request, fault),
      attemptHint(request, fault),
      budgetHint(request),
    ),
    cause: causeOf(request, fault),
  };
  const note = outcomeNote(request);
  if (fault.kind === 'timeout') {
    return new TimeoutError(`${id} failed: ${fault.message} within ${fault.limitMs} ms.${note}`, {
      ...fields,
      limitMs: fault.limitMs,
    });
  }
  if (fault.kind === 'response' || fault.kind === 'too-large') {
    const reason = fault.kind === 'response' ? 'unreadable' : 'too-large';
    return new ResponseError(`${id} failed: the answer cannot be read: ${fault.message}.${note}`, {
      ...fields,
      reason,
    });
  }
  return new ConnectionError(
    `${id} failed: ${fault.message} at ${new URL(request.url).host}.${note}`,
    fields,
  );
};

// A fresh error: what an axios instance threw holds what was sent.
const causeOf = (request: HttpRequest, { original, code }: TransportFault): Error | undefined => {
  if (original === undefined) return undefined;
  const cause = new Error(cleaner(request)(original));
  return code === undefined ? cause : Object.assign(cause, { code });
};

/** The same for whatever breaks a body that comes as a stream. */
export const errorIn =
  (request: HttpRequest) =>
  (error: unknown): SdkError => {
    const fault = TransportFault.at(true, error);
    request.call.note(outcomeOf(request.operation, fault));
    return errorOfFault(request, fault);
  };

const MOST_PROBLEMS = 20;
const LARGEST_ERROR_CHARACTERS = 64 * 1024;

/** What an error status becomes outside the pipeline. */
export const errorOfStatus = (
  request: HttpRequest,
  response: HttpResponse,
  clock: Clock,
): ApiError => {
  const { status } = response;
  const reported = readProblems(errorBody(response));
  const clean = cleaner(request);
  const problems = reported.problems
    .slice(0, MOST_PROBLEMS)
    .map((problem) => cleanProblem(problem, clean));
  const traceId = traceIdOf(problems);
  const { code, type, detail, title } = ownFields(problems[0] ?? {});
  const parts = [
    `${status} ${code ?? type ?? ''}`.trim(),
    detail ?? title,
    traceId && `trace ${traceId}`,
  ];
  const told = parts.filter(Boolean).join(' · ');
  const note = outcomeNote(request);
  const stop = note === '' || /[.!?]$/.test(told) ? '' : '.';
  const message = `${request.operation.id} failed: ${told}${stop}${note}`;
  const fields: ApiErrorFields = {
    ...commonFields(request),
    status,
    problems,
    traceId,
    retryable: mayRepeatLater(request, response),
    hint: joined(hintFor(status, request, code), budgetHint(request)),
    retryAfterMs: askedWaitMs(response, clock),
  };
  if (status === 429)
    return new RateLimitError(message, { ...fields, ...rateLimitFields(response, clock) });
  if (status === 401) return new AuthenticationError(message, fields);
  return status === 403 ? new PermissionError(message, fields) : new ApiError(message, fields);
};

/**
 * A success that tells of failed entities: some of it was done. A warning counts, unless it is of what ends one day.
 * @throws {PartialFailureError}
 */
export const ensureWhole = (
  request: HttpRequest,
  { data, status, problems, warnings, traceId }: Answer<unknown>,
): void => {
  const failures = [
    ...problems,
    ...warnings.filter((warning) => ownFields(warning).type !== 'deprecation'),
  ];
  if (failures.length === 0) return;
  const { detail, title, code } = ownFields(failures[0] ?? {});
  const first = detail ?? title ?? code ?? 'it does not say why';
  throw new PartialFailureError(
    `${request.operation.id} failed in part: ${failures.length} told, the first: ${first}`,
    {
      ...commonFields(request),
      status,
      problems: failures.slice(0, MOST_PROBLEMS),
      traceId,
      data,
      hint: 'The rest was done: `problems` tells what failed, `data` what came back. Do not repeat the whole call.',
    },
  );
};

/** The trace id of an error answer, for those who only watch. */
export const traceOf = (request: HttpRequest, response: HttpResponse): { traceId?: string } => {
  if (response.status < 400) return {};
  const { traceId } = readProblems(errorBody(response));
  return traceId === undefined ? {} : { traceId: cleaner(request)(traceId) };
};

// JSON comes as text/plain, too, where a document declares that for successes and errors alike.
const errorBody = (response: HttpResponse): unknown => {
  const text = textOf(response.body);
  const type = mediaType(response.headers);
  const mayBeJson = isJson(type) || type === 'text/plain';
  if (!mayBeJson || text.length > LARGEST_ERROR_CHARACTERS) return undefined;
  // Texts are read of it, no numbers.
  const reading = parseJson(text, true);
  return reading.ok ? reading.value : undefined;
};

/** A status that is neither a success nor an error. */
export const errorOfOddStatus = (request: HttpRequest, response: HttpResponse): ResponseError =>
  REDIRECTS.has(response.status) ? redirected(request, response) : odd(request, response.status);

// 0 is what browsers show of a redirect that was not followed. The other 3xx lead nowhere.
const REDIRECTS: ReadonlySet<number> = new Set([0, 300, 301, 302, 303, 305, 307, 308]);

const odd = (request: HttpRequest, status: number): ResponseError => {
  const { call, operation } = request;
  // Whether a write was done, nobody can tell.
  if (!isRead(operation)) call.note('unknown');
  const why = `its status ${status} is neither a success nor an error`;
  return new ResponseError(
    `${operation.id} failed: the answer cannot be read: ${why}.${outcomeNote(request)}`,
    { ...commonFields(request), status, reason: 'unreadable' },
  );
};

/** Following it could carry secrets to another host. */
const redirected = (request: HttpRequest, { status, headers }: HttpResponse): ResponseError => {
  const location = placeOf(headers.location, request.url, cleaner(request));
  return new ResponseError(
    `${request.operation.id} failed: ${status}, a redirect to ${location}, which is not followed.${outcomeNote(request)}`,
    {
      ...commonFields(request),
      status,
      reason: 'redirected',
      hint: 'Set baseUrl to the address that answers by itself.',
    },
  );
};

const commonFields = ({
  operation,
  call,
}: HttpRequest): Pick<SdkError, 'attempts' | 'outcome'> & { operation: string } => ({
  operation: operation.id,
  attempts: call.attempts,
  outcome: call.outcome,
});

/** Would the same call do no harm later? A write that is marked as safe would not have, soon. */
const mayRepeatLater = (request: HttpRequest, outcome: HttpResponse | TransportFault): boolean =>
  mayRepeat(request, outcome) && !isUncertain(request);

const authorityHint = (fault: TransportFault): string | undefined =>
  isOfUnknownAuthority(fault)
    ? "Does a company's proxy read along, with a certificate authority of its own? Then start Node with NODE_EXTRA_CA_CERTS, the path of a PEM file with its certificate."
    : undefined;

// A proxy is no answer to one that came and cannot be read, or is not to be trusted.
const wireHint = ({ call, url }: HttpRequest, { kind }: TransportFault): string | undefined =>
  kind === 'connect' || kind === 'network' || kind === 'timeout' ? call.hint(url) : undefined;

/** A limit of attempts that is too short for the answer looks like an answer that never comes. */
const attemptHint = (
  { call }: HttpRequest,
  { kind, isUnsent, limitMs }: TransportFault,
): string | undefined =>
  kind === 'timeout' && !isUnsent && call.attempts > 1 && call.attemptMs <= limitMs
    ? `Each attempt had at most ${Math.round(call.attemptMs)} ms: set attemptTimeoutMs if one answer takes longer.`
    : undefined;

const budgetHint = ({ call }: HttpRequest): string | undefined =>
  call.isOutOfRetries
    ? 'It was not repeated again, because too many calls to this host failed: the retry budget refills as calls succeed.'
    : undefined;

const joined = (...hints: readonly (string | undefined)[]): string | undefined =>
  hints.filter((hint) => hint !== undefined).join(' ') || undefined;

/** An origin. Where it holds a secret, as it was written: a parser cuts and changes it, so that it would not be known any more. */
const placeOf = (
  location: string | undefined,
  base: string,
  clean: (text: string) => string,
): string => {
  const [written = ''] = AUTHORITY.exec(clean(location ?? '')) ?? [];
  return written.includes(REDACTED) ? written : clean(originOf(location, base));
};

const AUTHORITY = /^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\?#]*/i;

const originOf = (location: string | undefined, base: string): string => {
  try {
    return location === undefined ? 'nowhere' : new URL(location, base).origin;
  } catch {
    return 'nowhere';
  }
};
