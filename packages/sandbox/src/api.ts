import { answerOperation } from './answer.js';
import { spend } from './budget.js';
import { isTokenOperation, type Operation } from './documents.js';
import { type Problem, problemAnswer } from './problems.js';
import { decodePath } from './router.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import type { State, World } from './state.js';
import { answerTokenRequest } from './token-endpoint.js';
import { checkToken } from './tokens.js';

export interface Answered {
  readonly answer: ApiAnswer;
  /** Undefined for a path or method that no document has. */
  readonly operation?: Operation;
}

/** The order in which the API says no: address, size, token, budget, permission. */
export function answerRequest(request: ApiRequest, world: World, state: State): Answered {
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
    return refuse({
      ...invalid(405, 'method-not-allowed', 'The path has other methods.'),
      headers,
    });
  }
  if (isTokenOperation(operation)) return answerTokenRequest(operations, request, world, state);
  if (!request.body) return refuse(invalid(413, 'payload-too-large', 'At most 1 MiB.'), operation);
  const unauthorized = operation.secured && missingToken(request, state);
  if (unauthorized) return refuse(unauthorized, operation);
  const spent = spend(state);
  const headers = spent?.headers ?? {};
  if (spent?.allowed === false) {
    const detail = 'A new call may be made at x-ratelimit-reset.';
    return refuse(
      { status: 429, type: 'quota', code: 'too-many-requests', detail, headers },
      operation,
    );
  }
  if (state.forbidden.has(operation.name)) {
    const detail = `The application has no permission for ${operation.name}.`;
    const type = 'access-control';
    return refuse({ status: 403, type, code: 'access-denied', detail, headers }, operation);
  }
  const answer = answerOperation(operation, segments, request, world.seed);
  return { operation, answer: { ...answer, headers } };
}

function invalid(status: number, code: string, detail: string): Problem {
  return { status, type: 'validation', code, detail };
}

function missingToken({ headers }: ApiRequest, state: State): Problem | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const verdict = token === undefined ? 'missing' : checkToken(state, token);
  if (verdict === 'valid') return undefined;
  return {
    status: 401,
    type: 'authorization',
    code: `authorization-token-${verdict}`,
    detail: 'Request a token from the token endpoint and send it as Authorization: Bearer.',
    headers: { 'www-authenticate': 'Bearer' }, // RFC 9110 15.5.2
  };
}
