import {
  ApiError,
  ConfigError,
  ConnectionError,
  RateLimitError,
  ReauthRequiredError,
  ResponseError,
  SdkError,
  TokenError,
} from './errors.js';
import { isUntrustedCode } from './fault.js';

/**
 * What the failure of a token request is to users, whoever asked for the token. Reading it again changes nothing
 * but the number of attempts.
 */
export const tokenErrorOf = (
  error: unknown,
  grantType: string | undefined,
  attempts: number,
): unknown => {
  // A wrong option is the program's fault, and was not sent.
  if (!(error instanceof SdkError) || error instanceof ConfigError) return error;
  if (error instanceof ReauthRequiredError) return error;
  const { operation, status, retryable, traceId, message } = error;
  const fields = {
    ...statementOf(error),
    operation,
    status,
    retryable,
    attempts,
    traceId,
    cause: error instanceof TokenError ? error.cause : error,
  };
  const isRefused = fields.code === 'invalid_grant';
  const isCode = grantType === 'authorization_code';
  const isLostCode = isCode && hasNoStatement(error) && mayHaveSpent(error);
  const isUsers = isCode || grantType === 'refresh_token';
  if (isUsers && (isRefused || isLostCode)) {
    return new ReauthRequiredError(message + lostNote(isCode, attempts, isRefused), {
      ...fields,
      hint: isCode ? REAUTH_CODE : REAUTH,
    });
  }
  const fallback = error instanceof TokenError ? undefined : UNREACHED;
  return new TokenError(message, { ...fields, hint: error.hint ?? fallback });
};

/** What the endpoint said, or what is wrong with what it sent. */
const statementOf = (
  error: SdkError,
): Pick<TokenError, 'code' | 'description' | 'reason' | 'retryAfterMs' | 'uri'> => {
  if (error instanceof TokenError) {
    const { code, description, uri, reason, retryAfterMs } = error;
    return { code, description, uri, reason, retryAfterMs };
  }
  const [problem] = error instanceof ApiError ? error.problems : [];
  return {
    code: problem?.code,
    description: problem?.detail,
    uri: problem?.uri,
    reason: error instanceof ResponseError ? error.reason : undefined,
    retryAfterMs: error instanceof RateLimitError ? error.retryAfterMs : undefined,
  };
};

const REAUTH = 'Ask the user for consent again and create the client with the new code.';
const UNREACHED =
  'The token endpoint gave no usable answer: check baseUrl and the network; `cause` has more.';
// How long a code lives is not known.
const REAUTH_CODE = `${REAUTH} A code is good once, and not for long (assumption code-lifetime).`;

/** Did the endpoint say nothing that can be read: neither a token nor an error? */
const hasNoStatement = (error: SdkError): boolean =>
  error.status === undefined || error instanceof ResponseError;

/** May this failure have used up what was sent? It has not if nothing was sent, or the pair was refused. */
export const mayHaveSpent = (error: unknown): boolean => {
  if (!(error instanceof SdkError)) return false;
  if (error instanceof TokenError && error.cause !== undefined) return mayHaveSpent(error.cause);
  if (error instanceof TokenError) return error.reason !== undefined;
  const isRefused = error instanceof ApiError && error.code === 'invalid_client';
  const isUntrusted = error instanceof ConnectionError && isUntrustedCode(error.code);
  return error.attempts > 0 && !error.retryable && !isRefused && !isUntrusted;
};

const lostNote = (isCode: boolean, attempts: number, isRefused: boolean): string => {
  if (isCode) {
    return isRefused ? '' : ' The code may be used up: it is not sent again.';
  }
  return attempts > 1
    ? ' The answer to an earlier refresh was lost: it may have used up the refresh token.'
    : '';
};
