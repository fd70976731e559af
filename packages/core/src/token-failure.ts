import {
  ApiError,
  ConfigError,
  RateLimitError,
  ReauthRequiredError,
  ResponseError,
  SdkError,
  TokenError,
} from './errors.js';
import { own, ownFields } from './own.js';
import { refreshTokenIn, withRefreshToken } from './rescued-token.js';

/** What is known of a token request beside its failure. */
export interface TokenAttempt {
  readonly grantType: string | undefined;
  readonly attempts: number;
  readonly operation?: string;
  readonly status?: number | undefined;
}

/**
 * What the failure of a token request is to users, whoever asked for the token. Reading it again changes nothing
 * but the number of attempts.
 */
export const tokenErrorOf = (error: unknown, attempt: TokenAttempt): unknown => {
  // A wrong option is the program's fault, and was not sent.
  if (!(error instanceof SdkError) || error instanceof ConfigError) return error;
  if (error instanceof ReauthRequiredError) return error;
  const { retryable, traceId, message, outcome } = error;
  const { grantType, attempts, operation: asked, status: came } = ownFields(attempt);
  const { operation = asked, status = came } = error;
  const fields = {
    ...statementOf(error),
    operation,
    status,
    retryable,
    attempts,
    outcome,
    traceId,
    cause: error instanceof TokenError ? own(error, 'cause') : error,
  };
  const isRefused = fields.code === 'invalid_grant' && !retryable;
  const isCode = grantType === 'authorization_code';
  const rescued = refreshTokenIn(error);
  const isLostCode = isCode && !rescued && hasNoStatement(error) && mayHaveSpent(error);
  const isUsers = isCode || grantType === 'refresh_token';
  if (isUsers && (isRefused || isLostCode)) {
    // To try again later is of no use with a code.
    const first = isServers(error) ? undefined : error.hint;
    const hint = [first, isCode ? REAUTH_CODE : REAUTH].filter(Boolean).join(' ');
    return new ReauthRequiredError(withNote(message, lostNote(isCode, attempts, isRefused)), {
      ...fields,
      hint,
    });
  }
  // What the endpoint said needs no guess.
  const isGuess = !(error instanceof TokenError || error instanceof ApiError);
  const wait =
    fields.retryAfterMs === undefined && !(error instanceof RateLimitError) ? undefined : WAIT;
  const told = new TokenError(message, {
    ...fields,
    hint: error.hint ?? (isGuess ? UNREACHED : wait),
  });
  return withRefreshToken(told, rescued);
};

/** What the endpoint said, or what is wrong with what it sent. */
const statementOf = (
  error: SdkError,
): Pick<TokenError, 'code' | 'description' | 'reason' | 'retryAfterMs' | 'uri'> => {
  if (error instanceof TokenError) {
    const { code, description, uri, reason, retryAfterMs } = error;
    return { code, description, uri, reason, retryAfterMs };
  }
  const problem = ownFields((error instanceof ApiError && error.problems[0]) || {});
  return {
    code: problem.code,
    description: problem.detail,
    uri: problem.uri,
    reason: error instanceof ResponseError ? error.reason : undefined,
    retryAfterMs: error instanceof ApiError ? error.retryAfterMs : undefined,
  };
};

const REAUTH = 'Ask the user for consent again and use the new code.';
const UNREACHED =
  'The token endpoint gave no usable answer: check baseUrl and the network; `cause` has more.';
const WAIT = 'Wait before you ask for a token again, for `retryAfterMs` if it is there.';
const REAUTH_CODE = `${REAUTH} A code can be used once, and soon expires (assumption code-lifetime).`;

/** Did the endpoint say nothing of the grant: neither a token nor what is wrong with the request? */
const hasNoStatement = (error: SdkError): boolean =>
  error.status === undefined ||
  isServers(error) ||
  error instanceof ResponseError ||
  (error instanceof TokenError && error.reason !== undefined);

const isServers = ({ status = 0 }: SdkError): boolean => status >= 500;

/** May this failure have used up what was sent? It has not if nothing was sent, or the pair was refused. */
export const mayHaveSpent = (error: unknown): boolean => {
  if (!(error instanceof SdkError)) return false;
  const cause = own(error, 'cause');
  if (error instanceof TokenError && cause !== undefined) return mayHaveSpent(cause);
  if (error instanceof TokenError) return error.reason !== undefined;
  const isRefused = error instanceof ApiError && error.code === 'invalid_client';
  return error.outcome !== 'not-sent' && !error.retryable && !isRefused;
};

/** Of a refresh: may it have been processed, though no token came? */
export const isDoubtful = (error: unknown): boolean =>
  error instanceof TokenError &&
  (error.reason === undefined ? error.outcome === 'unknown' : isBroken(error));

/** Did the answer break off, so that another one may be whole? */
export const isBroken = ({ reason }: TokenError): boolean =>
  reason === 'unreadable' || reason === 'empty';

const lostNote = (isCode: boolean, attempts: number, isRefused: boolean): string => {
  if (isCode) {
    return isRefused ? '' : ' The code may be used up: it is not sent again.';
  }
  return attempts > 1 ? LOST_REFRESH : '';
};

/** What a server said may end without a stop. */
export const withNote = (message: string, note: string): string =>
  note === '' || /[.!?]$/.test(message) ? message + note : `${message}.${note}`;

export const LOST_REFRESH =
  ' The answer to an earlier refresh was lost: it may have used up the refresh token.';
