import { ReauthRequiredError } from './errors.js';
import type { Grant } from './grants.js';
import { ownFields } from './own.js';
import { mayHaveSpent } from './token-failure.js';
import type { StoredToken } from './token-store.js';

/** What is known of the grants that a client may use, as plain data. */
export interface GrantOrder {
  /** The grant that the client was made with. */
  readonly first: Grant;
  /** Codes and refresh tokens with which a consent began, the last ones: however long ago, they are used. */
  readonly origins: readonly string[];
  /** Codes and refresh tokens that were sent, the last ones, by this client or by another that shares the store. */
  readonly spent: readonly string[];
  /** The refresh token that was stored or brought last. */
  readonly refreshToken: string | undefined;
  /** Codes and refresh tokens that the endpoint refused, the last ones. */
  readonly refused: readonly string[];
  /** Version of what the store held at the last look. */
  readonly learnt: string | undefined;
}

// A program that starts with an old refresh token of its own must not spend it again.
const MOST_REMEMBERED = 20;

// One for all: each of many clients has some.
export const NONE: readonly string[] = [];

export const grantOrder = (first: Grant): GrantOrder => ({
  first,
  origins: NONE,
  spent: NONE,
  refreshToken: undefined,
  refused: NONE,
  learnt: undefined,
});

/**
 * Which grant comes next: a consent that is new, as nobody has used it; else the refresh token that was stored or
 * brought last, unless it was refused. `undefined`: only another consent helps.
 */
export const nextGrant = (order: GrantOrder): Grant | undefined => {
  const { first, refreshToken, refused } = order;
  if (first.type === 'client_credentials' || isNewConsent(order)) return first;
  return refreshToken !== undefined && !refused.includes(refreshToken)
    ? { type: 'refresh_token', refreshToken }
    : undefined;
};

/** Was the client made with a code or refresh token that nobody has used? */
export const isNewConsent = ({ first, refreshToken, ...known }: GrantOrder): boolean => {
  const given = originOf(first);
  if (given === undefined || given === refreshToken) return false;
  return ![...known.origins, ...known.spent, ...known.refused].includes(given);
};

/** The code or refresh token of a grant. */
export const originOf = (grant: Grant): string | undefined => {
  if (grant.type === 'authorization_code') return grant.code;
  return grant.type === 'refresh_token' ? grant.refreshToken : undefined;
};

/**
 * A stored refresh token counts if it was stored since the last look and was not spent: memory may be ahead of a
 * store that cannot save, or that saved late.
 */
export const learn = (order: GrantOrder, stored: StoredToken | undefined): GrantOrder => {
  if (stored === undefined || stored.version === order.learnt) return order;
  const { refreshToken = order.refreshToken, ...used } = ownFields(stored.record);
  const isOld = refreshToken !== undefined && order.spent.includes(refreshToken);
  return {
    ...order,
    learnt: stored.version,
    refreshToken: isOld ? order.refreshToken : refreshToken,
    origins: remember(used.origins ?? [], ...order.origins),
    spent: remember(used.spent ?? [], ...order.spent),
  };
};

/** A grant worked, and brought this refresh token or none. */
export const brought = (
  order: GrantOrder,
  grant: Grant,
  refreshToken: string | undefined,
): GrantOrder => {
  const sent = originOf(grant);
  // A refresh token that brings no other one stays good (RFC 6749 section 6).
  const kept = grant.type === 'refresh_token' ? sent : undefined;
  return {
    ...order,
    refreshToken: refreshToken ?? kept,
    ...withSpent(order, sent),
  };
};

/** A grant did not work: what may be used up is not used again. */
export const failed = (order: GrantOrder, grant: Grant, error: unknown): GrantOrder => {
  const sent = originOf(grant);
  if (sent === undefined) return order;
  if (grant.type === 'authorization_code' && mayHaveSpent(error))
    return { ...order, ...withSpent(order, sent) };
  const isRefused = error instanceof ReauthRequiredError && error.code === 'invalid_grant';
  return isRefused ? { ...order, refused: remember(order.refused, sent) } : order;
};

const withSpent = (
  { first, origins, spent }: GrantOrder,
  sent: string | undefined,
): Pick<GrantOrder, 'origins' | 'spent'> => {
  if (sent === undefined) return { origins, spent };
  const isOrigin = sent === originOf(first);
  return {
    origins: isOrigin ? remember(origins, sent) : origins,
    spent: remember(spent, sent),
  };
};

const remember = (list: readonly string[], ...more: readonly string[]): readonly string[] =>
  [...new Set([...list, ...more])].slice(-MOST_REMEMBERED);
