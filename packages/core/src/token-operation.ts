import { readProblems } from './criteo/problem.js';
import type { HttpRequest, HttpResponse } from './exchange.js';
import { errorOfStatus } from './failure.js';
import type { Grant } from './grants.js';
import type { Operation, RetryOptions } from './operation.js';
import { own, ownFields } from './own.js';
import type { Clock } from './time.js';
import { readTokenResponse } from './token-endpoint.js';
import { scalarText, type Values } from './values.js';

export const TOKEN_PAUSES = { baseMs: 250, maxMs: 4_000 };

// A client's own grant may be asked for again at will: with it the operation is safe to retry. A refresh whose answer
// was lost is tried once more, in case it was not processed. A code is sent again only if it surely was not used.
export const TOKEN_RETRY: Readonly<Record<Grant['type'], RetryOptions>> = {
  client_credentials: { ...TOKEN_PAUSES, limit: 2 },
  refresh_token: { ...TOKEN_PAUSES, limit: 1, unsafe: true },
  authorization_code: { ...TOKEN_PAUSES, limit: 2, unsafe: false },
};

/** A token operation as it is with one of its grants; others stay as they are. */
export const withGrant = (
  operation: Operation,
  params: object,
): {
  readonly operation: Operation;
  readonly grantType: string | undefined;
  readonly retry: RetryOptions | undefined;
} => {
  if (!operation.grants) return { operation, grantType: undefined, retry: undefined };
  const usual = operation.form?.find(({ name }) => name === 'grantType')?.default;
  const grantType = scalarText(own(params as Values, 'grantType')) ?? usual ?? '';
  return {
    // Only a code or a refresh token can be used up: asked by its own grant, an app may ask as often as it likes.
    operation: ownFields({ ...operation, read: grantType === 'client_credentials' }),
    grantType,
    retry: own(TOKEN_RETRY, grantType),
  };
};

/**
 * Looks for the token in a success.
 * @throws {ApiError} if it is an error with a status of success
 * @throws {TokenError} if there is no usable bearer token in it
 */
export const ensureToken = (
  request: HttpRequest,
  data: unknown,
  response: HttpResponse,
  clock: Clock,
): void => {
  if (!hasToken(data) && readProblems(data).problems.length > 0)
    throw errorOfStatus(request, response, clock);
  readTokenResponse(data, { requestedAt: 0, defaultLifetimeMs: 1, warn: () => {} });
};

const hasToken = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && Boolean(own(data, 'access_token'));
