import { randomUUID } from 'node:crypto';
import type { ApiDocument } from './documents.js';
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
  problem: Problem,
  instance: string,
  document?: ApiDocument,
): ApiAnswer {
  const { status, headers = {}, type, code, detail } = problem;
  const traceId = randomUUID();
  const title = code.replaceAll('-', ' ');
  const all = { traceId, traceIdentifier: traceId, type, code, instance, title, detail };
  const known = document ? fieldsOf(document) : all;
  // Marketing v1 documents no error model at all, so its errors have no body.
  if (!known) return { status, headers };
  const error = Object.fromEntries(Object.entries(all).filter(([name]) => name in known));
  return {
    status,
    headers,
    contentType: 'application/json',
    body: JSON.stringify({ errors: [error] }),
  };
}

function fieldsOf({ schemas }: ApiDocument): object | undefined {
  return (schemas.CommonProblem ?? schemas.ProblemDetails)?.properties;
}
