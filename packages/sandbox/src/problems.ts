import { randomUUID } from 'node:crypto';
import { type Offer, typesOf } from './accept.js';
import { type ApiDocument, fieldsOf, modelOf, type Operation, successOf } from './documents.js';
import type { ApiAnswer } from './server.js';

export interface Problem {
  readonly status: number;
  readonly type: 'validation' | 'authentication' | 'authorization' | 'access-control' | 'quota';
  readonly code: string;
  readonly detail: string;
  readonly headers?: Record<string, string>;
}

type Words = Pick<Problem, 'type' | 'code' | 'detail'>;

/** The vendor's error envelope, with just the fields that this version's document knows. */
export function problemAnswer(
  { status, headers = {}, ...problem }: Problem,
  instance: string,
  document?: ApiDocument,
): ApiAnswer {
  const { CommonProblem, ProblemDetails } = document?.schemas ?? {};
  const known = document && fieldsOf(CommonProblem ?? ProblemDetails, document);
  const error = errorOf(problem, instance, known);
  // Marketing v1 documents no error model at all, so its errors have no body.
  if (Object.keys(error).length === 0) return { status, headers };
  const body = JSON.stringify({ errors: [error] });
  return { status, headers, contentType: 'application/json', body };
}

export function notAcceptable(offers: readonly Offer[]): Problem {
  const detail = `None of the types in Accept can be sent; ${typesOf(offers).join(', ')} can.`;
  return { status: 406, type: 'validation', code: 'not-acceptable', detail };
}

/** What a success says beside its data when a part failed; undefined if its schema has no list for that. */
export function partialFailure(operation: Operation, instance: string): object | undefined {
  const { errors } = modelOf(operation, successOf(operation).status);
  const known = fieldsOf(errors?.items, operation.document);
  return errors && { errors: [errorOf(IN_PART, instance, known)] };
}

// A code that the closed lists of some models have.
const IN_PART: Words = { type: 'validation', code: 'invalid', detail: 'A part was told to fail.' };

function errorOf({ type, code, detail }: Words, instance: string, known?: object): object {
  const traceId = randomUUID();
  const title = code.replaceAll('-', ' ');
  const all = { traceId, traceIdentifier: traceId, type, code, instance, title, detail };
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => Object.hasOwn(known ?? all, name)),
  );
}
