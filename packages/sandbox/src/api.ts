import { documentedPath } from './aliases.js';
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
  if (request.path === CONSENT_PATH) return { answer: answerConsentRequest(request, world, state) };
  const { answer, operation } = answerApi(request, world, state);
  const disguised = disguise(answer, world.flips, operation);
  return operation ? { answer: disguised, operation } : { answer: disguised };
}

/** The order in which the API says no: address, size, token, budget, permission, validation, type of the answer. */
function answerApi(request: ApiRequest, world: World, state: State): Answered {
  const refuse = (problem: Problem, operation?: Operation): Answered => ({
    answer: problemAnswer(problem, request.path, operation?.document),
    ...(operation && { operation }),
  });
  const segments = decodePath(documentedPath(request.path));
  if (!segments) return refuse(invalid(400, 'invalid-path', 'The path is not well formed.'));
  const route = world.router(segments);
  if (route.length === 0)
    return refuse(invalid(404, 'resource-not-found', 'No API version has this path.'));
  const operations = route.filter(({ method }) => method === request.method);
  const [operation] = operations;
  if (!operation) {
    const allow = [...new Set(route.map(({ method }) => method))].join(', ');
    const problem = invalid(405, 'method-not-allowed', 'The path has other methods.');
    return refuse({ ...problem, headers: { allow } });
  }
  if (isTokenOperation(operation)) return answerTokenRequest(operations, request, world, state);
  if (!request.body) return refuse(invalid(413, 'payload-too-large', 'At most 16 MiB.'), operation);
  const unauthorized = operation.secured && findTokenProblem(request, world, state);
  if (unauthorized) return refuse(unauthorized, operation);
  const { isOver, headers } = spend(state, world);
  const problem =
    isOver ?? findDenial(operation, state) ?? findMistake(operation, segments, request);
  if (problem) return refuse({ ...problem, headers }, operation);
  const answer = answerOperation(operation, segments, request, world, state);
  return { operation, answer: { ...answer, headers: { ...answer.headers, ...headers } } };
}

function invalid(status: number, code: string, detail: string): Problem {
  return { status, type: 'validation', code, detail };
}

function denied(detail: string): Problem {
  return { status: 403, type: 'access-control', code: 'access-denied', detail };
}

function findDenial({ name }: Operation, { forbidden }: State): Problem | undefined {
  return forbidden.has(name) ? denied(`The application has no permission for ${name}.`) : undefined;
}

function findTokenProblem(
  { headers: { authorization = '' } }: ApiRequest,
  { flips }: World,
  state: State,
): Problem | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const facts = token === undefined ? 'missing' : readToken(state, 'access_token', token);
  const reason = typeof facts === 'string' ? facts : endOf(facts.consent, state);
  if (reason === undefined) return undefined;
  if (reason === 'revoked') return denied('The consent was revoked; ask for a new one.');
  const [type, code] = flips.has('unauthorized-code')
    ? (['authentication', 'authentication-required'] as const)
    : (['authorization', `authorization-token-${reason}`] as const);
  const detail = 'Request a token from the token endpoint and send it as Authorization: Bearer.';
  const headers = { 'www-authenticate': 'Bearer' }; // RFC 9110 15.5.2
  return { status: 401, type, code, detail, headers };
}

/** A consent that is no longer remembered is over, too. */
function endOf(consent: number, { consents }: State): 'invalid' | 'revoked' | undefined {
  return consent === 0 ? undefined : (consents.get(consent) ?? { ended: 'invalid' }).ended;
}
