import { answerOperation } from './answer.js';
import { disguise } from './assumptions.js';
import { spend } from './budget.js';
import { answerConsentRequest, CONSENT_PATH } from './consent-page.js';
import { isTokenOperation, type Operation } from './documents.js';
import { type Problem, problemAnswer } from './problems.js';
import { decodePath } from './router.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import type { State, World } from './state.js';
import { answerTokenRequest } from './token-endpoint.js';
import { readToken } from './tokens.js';
import { findMistake } from './validation.js';

export interface Answered {
  readonly answer: ApiAnswer;
  /** Undefined for a path or method that no document has. */
  readonly operation?: Operation;
}

export function answerRequest(request: ApiRequest, world: World, state: State): Answered {
  const answered =
    request.path === CONSENT_PATH
      ? { answer: answerConsentRequest(request, world, state) }
      : answerApi(request, world, state);
  const { answer, operation } = answered;
  return { ...answered, answer: disguise(answer, world.flips, operation) };
}

/** The order in which the API says no: address, size, token, budget, permission, validation. */
function answerApi(request: ApiRequest, world: World, state: State): Answered {
  const refuse = (problem: Problem, operation?: Operation): Answered => ({
    answer: problemAnswer(problem, request.path, operation?.document),
    ...(operation && { operation }),
  });
  const segments = decodePath(request.path);
  if (!segments) return refuse(invalid(400, 'invalid-path', 'The path is not well formed.'));
  const route = world.router(segments);
  if (!route) return refuse(invalid(404, 'resource-not-found', 'No API version has this path.'));
  const operations = route.get(request.method) ?? [];
  const [operation] = operations;
  if (!operation) {
    const headers = { allow: [...route.keys()].join(', ') };
    const problem = invalid(405, 'method-not-allowed', 'The path has other methods.');
    return refuse({ ...problem, headers });
  }
  if (isTokenOperation(operation)) return answerTokenRequest(operations, request, world, state);
  if (!request.body) return refuse(invalid(413, 'payload-too-large', 'At most 1 MiB.'), operation);
  const unauthorized = operation.secured && refuseToken(request, world, state);
  if (unauthorized) return refuse(unauthorized, operation);
  const { allowed, headers } = spend(state, world);
  const problem = allowed
    ? (forbidden(operation, state) ?? findMistake(operation, segments, request))
    : TOO_MANY;
  if (problem) return refuse({ ...problem, headers }, operation);
  const answer = answerOperation(operation, segments, request, world);
  return { operation, answer: { ...answer, headers } };
}

const TOO_MANY: Problem = {
  status: 429,
  type: 'quota',
  code: 'too-many-requests',
  detail: 'The headers say when a new call may be made.',
};

function invalid(status: number, code: string, detail: string): Problem {
  return { status, type: 'validation', code, detail };
}

function forbidden({ name }: Operation, state: State): Problem | undefined {
  return state.forbidden.has(name)
    ? denied(`The application has no permission for ${name}.`)
    : undefined;
}

function denied(detail: string): Problem {
  return { status: 403, type: 'access-control', code: 'access-denied', detail };
}

function refuseToken({ headers }: ApiRequest, { flips }: World, state: State): Problem | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const verdict = token === undefined ? 'missing' : judgeToken(token, state);
  if (verdict === 'valid') return undefined;
  if (verdict === 'revoked') return denied('The consent was revoked: a new one is needed.');
  const problem = flips.has('unauthorized-code')
    ? ({ type: 'authentication', code: 'authentication-required' } as const)
    : ({ type: 'authorization', code: `authorization-token-${verdict}` } as const);
  return {
    ...problem,
    status: 401,
    detail: 'Request a token from the token endpoint and send it as Authorization: Bearer.',
    headers: { 'www-authenticate': 'Bearer' }, // RFC 9110 15.5.2
  };
}

function judgeToken(token: string, state: State): string {
  const facts = readToken(state, 'access', token);
  if (typeof facts === 'string') return facts;
  if (facts.consent === 0) return 'valid';
  const consent = state.consents.get(facts.consent);
  // RFC 6750 3.1 tells a client of a misused consent to get another token.
  if (!consent || consent.ended === 'misused') return 'invalid';
  return consent.ended ?? 'valid';
}
