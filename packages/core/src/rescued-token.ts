/*
 * The next refresh token of an answer that is of no other use: it must not be lost with the error. Beside the error, as
 * nothing of an error holds a secret.
 */

const rescued = new WeakMap<object, string>();

export const refreshTokenIn = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? rescued.get(error) : undefined;

/** The error with the refresh token of this answer, if there is one. */
export const withRefreshToken = <E extends object>(error: E, refreshToken: unknown): E => {
  if (typeof refreshToken === 'string' && refreshToken !== '') rescued.set(error, refreshToken);
  return error;
};
