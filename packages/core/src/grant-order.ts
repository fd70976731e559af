import { ReauthRequiredError } from './errors.js';
import type { Grant } from './grants.js';
import { mayHaveSpent } from './token-failure.js';
import type { StoredToken } from './token-store.js';

/** What is known of the grants that a client may use, as plain data. */
export interface GrantOrder {
  /** The grant that the client was made with. */
  readonly first: Grant;
  /** A second use of it would end everything that came of the consent. */
  readonly isFirstSpent: boolean;
  /** The refresh token that was stored or brought last. */
  readonly refreshToken: string | undefined;
  /** Refresh tokens that the endpoint refused. */
  readonly refused: readonly string[];
  /** Version of what the store held at the last look. */
  readonly learnt: string | undefined;
}

export const grantOrder = (first: Grant): GrantOrder => ({
  first,
  isFirstSpent: false,
  refreshToken: undefined,
  refused: [],
  learnt: undefined,
});

/**
 * Which grant comes next: the refresh token that was stored or brought last, unless it was refused;
 * else the grant that the client was made with, if it was not used. `undefined`: only a new consent helps.
 */
export const nextGrant = (order: GrantOrder): Grant | undefined => {
  const { first, isFirstSpent, refreshToken } = order;
  if (first.type === 'client_credentials') return first;
  if (refreshToken !== undefined && !order.refused.includes(refreshToken))
    return { type: 'refresh_token', refreshToken };
  const origin = originOf(first);
  return isFirstSpent || origin === undefined || order.refused.includes(origin) ? undefined : first;
};

/** The code or refresh token that a client was made with: the record of what came of it says so. */
export const originOf = (first: Grant): string | undefined => {
  if (first.type === 'authorization_code') return first.code;
  return first.type === 'refresh_token' ? first.refreshToken : undefined;
};

/** A stored refresh token counts if it was stored since the last look: memory may be ahead of a store that cannot save. */
export const learn = (order: GrantOrder, stored: StoredToken | undefined): GrantOrder => {
  if (stored === undefined || stored.version === order.learnt) return order;
  const { origin, refreshToken } = stored.record;
  return {
    ...order,
    learnt: stored.version,
    refreshToken: refreshToken ?? order.refreshToken,
    isFirstSpent: order.isFirstSpent || (origin !== undefined && origin === originOf(order.first)),
  };
};

/** A grant worked, and brought this refresh token or none. */
export const brought = (
  order: GrantOrder,
  grant: Grant,
  refreshToken: string | undefined,
): GrantOrder => {
  const sent = grant.type === 'refresh_token' ? grant.refreshToken : undefined;
  const isFirst = originOf(grant) === originOf(order.first);
  return {
    ...order,
    refreshToken: refreshToken ?? sent ?? order.refreshToken,
    isFirstSpent: order.isFirstSpent || isFirst,
  };
};

/** A grant did not work: what may be used up is not used again. */
export const failed = (order: GrantOrder, grant: Grant, error: unknown): GrantOrder => {
  if (grant.type === 'authorization_code' && mayHaveSpent(error))
    return { ...order, isFirstSpent: true };
  const isRefused = error instanceof ReauthRequiredError && error.code === 'invalid_grant';
  return grant.type === 'refresh_token' && isRefused
    ? { ...order, refused: [...order.refused, grant.refreshToken ?? ''] }
    : order;
};
