import { randomUUID } from 'node:crypto';
import { type ApiDocument, fieldsOf } from './documents.js';
import type { ApiAnswer } from './server.js';

export interface Problem {
  readonly status: number;
  readonly type: 'validation' | 'authentication' | 'authorization' | 'access-control' | 'quota';
  readonly code: string;
  readonly detail: string;
  readonly headers?: Record<string, string>;
}

/** The vendor's error envelope, with just the fields that this version's document knows. */
export function problemAnswer(
  { status, headers = {}, type, code, detail }: Problem,
  instance: string,
  document?: ApiDocument,
): ApiAnswer {
  const traceId = randomUUID();
  const title = code.replaceAll('-', ' ');
  const all = { traceId, traceIdentifier: traceId, type, code, instance, title, detail };
  const { CommonProblem, ProblemDetails } = document?.schemas ?? {};
  const known = document ? fieldsOf(CommonProblem ?? ProblemDetails, document) : all;
  const error = Object.entries(all).filter(([name]) => name in known);
  // Marketing v1 documents no error model at all, so its errors have no body.
  if (error.length === 0) return { status, headers };
  const body = JSON.stringify({ errors: [Object.fromEntries(error)] });
  return { status, headers, contentType: 'application/json', body };
}
