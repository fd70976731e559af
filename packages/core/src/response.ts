import { readReported } from './criteo/problem.js';
import { ResponseError } from './errors.js';
import type { HttpRequest, HttpResponse } from './exchange.js';
import { faultOfJson, parseJson } from './json.js';
import type { Observe } from './observe.js';
import type { Answer, Problem } from './operation.js';
import { isRead, outcomeNote } from './outcome.js';
import { cleaner } from './redact.js';

/** A response whose stream may be read by anybody. */
export interface StreamedResponse extends Omit<HttpResponse, 'stream'> {
  readonly stream?: AsyncIterable<Uint8Array> | undefined;
}

/**
 * Reads a success answer as its operation declares it.
 * @throws {ResponseError} if it cannot be read
 */
export const readAnswer = (
  request: HttpRequest,
  response: StreamedResponse,
  tell: Observe,
): Answer<unknown> => {
  const data = readData(request, response, tell);
  const { problems, warnings, traceId } = readReported(data);
  const clean = cleaner(request);
  const cleaned = (list: readonly Problem[]): Problem[] =>
    list.map((problem) => cleanProblem(problem, clean));
  if (problems.length + warnings.length > 0) {
    const message = `${request.operation.id} succeeded, but with ${problems.length} problems and ${warnings.length} warnings: withResponse() has them.`;
    tell({ type: 'warning', message });
  }
  return {
    data,
    status: response.status,
    headers: response.headers,
    problems: cleaned(problems),
    warnings: cleaned(warnings),
    traceId: traceId === undefined ? undefined : clean(traceId),
    attempts: request.call.attempts,
  };
};

const readData = (
  request: HttpRequest,
  { status, headers, body, stream }: StreamedResponse,
  tell: Observe,
): unknown => {
  const { operation } = request;
  if (status === 204 || operation.response === 'none') return undefined;
  const type = mediaType(headers);
  const isOfFile = operation.response === 'bytes' || operation.response === 'stream';
  // A page of somebody in between must not be taken, or saved, for a file.
  if (isOfFile && type === 'text/html' && !operation.accept?.includes(type))
    throw unexpectedType(request, status, headers);
  if (operation.response === 'stream') return stream;
  if (operation.response === 'bytes')
    return typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const text = textOf(body);
  if (operation.response === 'text') return text;
  if (text === '') return undefined;
  const isDeclared = isJson(type) || operation.accept?.includes(type);
  if (!isDeclared && type !== 'text/plain') {
    throw unexpectedType(request, status, headers);
  }
  // A token is not lost over a number beside it.
  const reading = parseJson(text, operation.grants !== undefined);
  if (reading.ok && !isDeclared) {
    tell({ type: 'warning', message: `${operation.id} was answered with JSON called text/plain.` });
  }
  if (reading.ok) return reading.value;
  const { reason, why } = faultOfJson(reading, cleaner(request));
  throw unreadable(request, status, reason, why);
};

/** A body as text, whatever the call asked for: an error of a download is JSON, too. */
export const textOf = (body: string | Uint8Array): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body);

export const cleanProblem = (problem: Problem, clean: (text: string) => string): Problem =>
  Object.fromEntries(
    Object.entries(problem).map(([key, value]) => [
      key,
      typeof value === 'string' ? clean(value) : cleanFields(value, clean),
    ]),
  );

const cleanFields = (fields: object, clean: (text: string) => string): object =>
  Object.fromEntries(Object.entries(fields).map(([key, text]) => [clean(key), clean(text)]));

/** Media type in lower case, without parameters; empty if none was sent. */
export const mediaType = (headers: Readonly<Record<string, string>>): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export const isJson = (type: string): boolean =>
  type === '' || /^(application|text)\/(?:[\w.-]+\+)?json$/.test(type);

// Cleaned before it is cut: half of a secret would not be known for one.
const unexpectedType = (
  request: HttpRequest,
  status: number,
  headers: HttpResponse['headers'],
): ResponseError => {
  const type = cleaner(request)(headers['content-type'] ?? '');
  const why = `its content type is '${mediaType({ 'content-type': type })}'`;
  return unreadable(request, status, 'content-type', why);
};

const unreadable = (
  request: HttpRequest,
  status: number,
  reason: ResponseError['reason'],
  why: string,
): ResponseError => {
  const { call, operation } = request;
  // Whether it says that the write was done, nobody can read.
  if (!isRead(operation)) call.note('unknown');
  const message = `${operation.id} failed: the answer cannot be read: ${why}.${outcomeNote(request)}`;
  return new ResponseError(message, {
    operation: operation.id,
    status,
    reason,
    attempts: call.attempts,
    outcome: call.outcome,
    hint:
      reason === 'content-type'
        ? 'Is baseUrl the API itself, with no proxy or sign-in page in between?'
        : undefined,
  });
};
