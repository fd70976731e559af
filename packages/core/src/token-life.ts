import type { AccessToken } from './access-token.js';
import { type TokenRecord, tokenOf } from './token-store.js';

const SLEEP_MS = 30_000;

/** A token and the moments that count, on the monotonic clock, counted from the start of its request. */
export interface Held {
  readonly token: AccessToken;
  readonly requestedAt: Moment;
  /** Age in milliseconds from which it is renewed while it is still served. */
  readonly softEndMs: number;
  /** Age in milliseconds from which nobody gets it any more. */
  readonly hardEndMs: number;
}

/** One moment on both clocks, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** A record as held here. A clock ahead of or behind the one that wrote it never lengthens its life. */
export const heldOf = (
  record: TokenRecord,
  { monotonic, random, wall }: Moment & { readonly random: number },
): Held => {
  const ageMs = Math.max(0, wall - record.obtainedAt);
  return {
    token: tokenOf(record),
    requestedAt: { wall: wall - ageMs, monotonic: monotonic - ageMs },
    ...windows(record.expiresAt - record.obtainedAt, random),
  };
};

/**
 * When a token is renewed and when it is no longer served, as ages in milliseconds. Servers that
 * keep whole seconds take up to one second off the life they announce: hence the floor of 1 s.
 */
export const windows = (
  lifetimeMs: number,
  random: number,
): { softEndMs: number; hardEndMs: number } => {
  const marginMs =
    lifetimeMs <= 2_000 ? lifetimeMs / 4 : Math.max(1_000, Math.min(10_000, lifetimeMs * 0.05));
  const hardEndMs = lifetimeMs - marginMs;
  const windowMs = Math.min(110_000, lifetimeMs * 0.2);
  return { hardEndMs, softEndMs: Math.max(0, hardEndMs - windowMs * (0.9 + random / 10)) };
};

/** Its age. The monotonic clock may stand still while the machine sleeps; the wall clock then runs ahead of it. */
export const ageMs = ({ requestedAt }: Held, now: Moment): number => {
  const monotonic = now.monotonic - requestedAt.monotonic;
  const wall = now.wall - requestedAt.wall;
  return wall - monotonic > SLEEP_MS ? wall : monotonic;
};
