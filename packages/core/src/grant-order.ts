import { ReauthRequiredError } from './errors.js';
import type { Grant } from './grants.js';
import { mayHaveSpent } from './token-request.js';
import type { StoredToken } from './token-store.js';

/**
 * Which grant comes next: the refresh token that was stored or brought last, unless it was refused;
 * else the grant that the client was made with, a code at most once.
 */
export const grantOrder = (first: Grant): GrantOrder => {
  const refused = new Set<string>();
  let refreshToken = first.type === 'refresh_token' ? first.refreshToken : undefined;
  let isCodeSpent = false;
  let learnt: string | undefined;
  const candidates = (): Grant[] => {
    if (first.type === 'client_credentials') return [first];
    const tokens = [refreshToken, first.type === 'refresh_token' ? first.refreshToken : undefined];
    const refreshes = tokens.flatMap((token) =>
      token === undefined || refused.has(token)
        ? []
        : [{ type: 'refresh_token', refreshToken: token } as const],
    );
    return first.type === 'authorization_code' && !isCodeSpent ? [...refreshes, first] : refreshes;
  };
  return {
    refreshToken: () => refreshToken,
    learn: (stored: StoredToken | undefined): void => {
      if (stored === undefined || stored.version === learnt) return;
      learnt = stored.version;
      refreshToken = stored.record.refreshToken ?? refreshToken;
    },
    next: (): Grant => {
      const [next] = candidates();
      if (next) return next;
      throw new ReauthRequiredError(
        'There is no consent to use: no refresh token is left, and no code that was not used.',
        {
          hint: 'Ask the user for consent again and create the client with the new code.',
        },
      );
    },
    hasAnother: (grant: Grant): boolean => {
      const [next] = candidates();
      return next !== undefined && JSON.stringify(next) !== JSON.stringify(grant);
    },
    brought: (next: string | undefined): void => {
      refreshToken = next ?? refreshToken;
      if (first.type === 'authorization_code') isCodeSpent = true;
    },
    failed: (grant: Grant, error: unknown): void => {
      if (grant.type === 'authorization_code' && mayHaveSpent(error)) isCodeSpent = true;
      const isRefused = error instanceof ReauthRequiredError && error.code === 'invalid_grant';
      if (grant.type === 'refresh_token' && isRefused) refused.add(grant.refreshToken ?? '');
    },
  };
};

export interface GrantOrder {
  /** The refresh token to keep with the next token. */
  refreshToken(): string | undefined;
  /** A stored refresh token counts if it was stored since the last look: memory may be ahead of a store that cannot save. */
  learn(stored: StoredToken | undefined): void;
  /** @throws {ReauthRequiredError} if everything was used or refused */
  next(): Grant;
  /** Is there something else to try than this grant? */
  hasAnother(grant: Grant): boolean;
  /** The grant worked, and brought this refresh token or none. */
  brought(refreshToken: string | undefined): void;
  failed(grant: Grant, error: unknown): void;
}
