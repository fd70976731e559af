import type { AccessToken } from './access-token.js';
import { ApiError, ReauthRequiredError, ResponseError, SdkError, TokenError } from './errors.js';
import { type Grant, grantParameters } from './grants.js';
import type { Observe } from './observe.js';
import type { RetryOptions, Transport } from './operation.js';
import { backoffMs } from './retry.js';
import { type Clock, sleep } from './time.js';
import { type Credentials, readTokenResponse, type TokenEndpoint } from './token-endpoint.js';

/** What a token request needs, besides the grant. */
export interface TokenRequester<G extends Grant> {
  readonly endpoint: TokenEndpoint<G>;
  /** Carries token requests: never one that waits for a token itself. */
  readonly transport: Transport;
  /** Asked before each token request. */
  readonly credentials: () => Promise<Credentials>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tell: Observe;
}

const TOKEN_TIMEOUT_MS = 15_000;
const PAUSES = { baseMs: 250, maxMs: 4_000 };

// A client's own grant may be asked for again at will. A refresh whose answer was lost is tried once
// more, in case it was not processed. A code is sent again only if it surely was not used.
const RETRY: Readonly<Record<Grant['type'], RetryOptions>> = {
  client_credentials: { ...PAUSES, limit: 2, unsafe: true },
  refresh_token: { ...PAUSES, limit: 1, unsafe: true },
  authorization_code: { ...PAUSES, limit: 2, unsafe: false },
};

const MOST_UNREADABLE = 2;

/**
 * Spends a grant on a token.
 * @throws {ReauthRequiredError} if the user has to consent again
 * @throws {TokenError} if there is no token for another reason
 */
export const requestToken = async <G extends Grant>(
  { endpoint, transport, credentials, clock, random, tell }: TokenRequester<G>,
  grant: Grant,
  signal: AbortSignal,
): Promise<AccessToken> => {
  const parameters = { ...(await credentials()), ...grantParameters(grant as G) };
  const requestedAt = clock.now();
  const warn = (message: string): void => tell({ type: 'warning', message });
  for (let repeat = 0; ; repeat += 1) {
    try {
      const options = { signal, timeoutMs: TOKEN_TIMEOUT_MS, retry: RETRY[grant.type] };
      const answer = await endpoint.requestToken(transport, parameters, options);
      return readTokenResponse(answer, {
        requestedAt,
        defaultLifetimeMs: endpoint.defaultLifetimeMs,
        warn,
      });
    } catch (error) {
      const mayRepeat =
        grant.type === 'client_credentials' && repeat < MOST_UNREADABLE && isBroken(error);
      if (!mayRepeat) throw tokenErrorOf(error, grant);
      await sleep(clock, backoffMs(repeat, PAUSES, random), signal);
    }
  }
};

/** Did the answer break off, so that another one may be whole? */
const isBroken = (error: unknown): boolean =>
  (error instanceof ResponseError && error.reason === 'unreadable') ||
  (error instanceof TokenError && error.reason === 'empty');

const REAUTH = 'Ask the user for consent again and create the client with the new code.';
// How long a code lives is not known.
const REAUTH_CODE = `${REAUTH} A code is good once, and not for long (assumption code-lifetime).`;

const tokenErrorOf = (error: unknown, grant: Grant): unknown => {
  if (!(error instanceof SdkError)) return error;
  const { operation, status, retryable, attempts, traceId, message } = error;
  const code = error instanceof ApiError ? error.code : undefined;
  const reason =
    error instanceof ResponseError || error instanceof TokenError ? error.reason : undefined;
  const fields = { operation, status, retryable, attempts, traceId, code, reason, cause: error };
  const isRefused = code === 'invalid_grant';
  const isLostCode =
    grant.type === 'authorization_code' && !retryable && !(error instanceof ApiError);
  if (grant.type !== 'client_credentials' && (isRefused || isLostCode)) {
    return new ReauthRequiredError(message + lostNote(grant, attempts, isRefused), {
      ...fields,
      hint: grant.type === 'authorization_code' ? REAUTH_CODE : REAUTH,
    });
  }
  return error instanceof TokenError
    ? error
    : new TokenError(message, { ...fields, hint: error.hint });
};

const lostNote = (grant: Grant, attempts: number, isRefused: boolean): string => {
  if (grant.type === 'authorization_code') {
    return isRefused ? '' : ' The code may be used up: it is not sent again.';
  }
  return attempts > 1
    ? ' The answer to an earlier refresh was lost: it may have used up the refresh token.'
    : '';
};
