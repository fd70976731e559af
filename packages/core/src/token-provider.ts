import type { AccessToken } from './access-token.js';
import { ReauthRequiredError, TokenError } from './errors.js';
import type { Grant } from './grants.js';
import { type Clock, raced } from './time.js';
import { mayHaveSpent, requestToken, type TokenRequester } from './token-request.js';
import {
  type StoredToken,
  shelfOf,
  type TokenRecord,
  type TokenStore,
  tokenOf,
} from './token-store.js';

/** Where the pipeline gets its bearer token. */
export interface TokenProvider {
  /**
   * A token that is valid now; a new one is requested when there is none, and ahead of expiry.
   * However many callers wait, one request is under way.
   * @throws {TokenError} if there is none to be had
   */
  get(options?: { readonly signal?: AbortSignal | undefined }): Promise<AccessToken>;
  /** Gives up this token, if it is still the one in use: the API refused it. */
  invalidate(value: string): void;
}

export interface TokenProviderOptions<G extends Grant> extends TokenRequester<G> {
  readonly grant: G;
  readonly store?: TokenStore | undefined;
  /** Name of the token in the store; it holds no secret. */
  readonly key?: string | undefined;
}

/** A token and the moments that count, on the monotonic clock, counted from the start of its request. */
interface Held {
  readonly token: AccessToken;
  readonly requestedAt: Moment;
  /** Age in milliseconds from which it is renewed while it is still served. */
  readonly softEndMs: number;
  /** Age in milliseconds from which nobody gets it any more. */
  readonly hardEndMs: number;
}

interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

interface Flight {
  readonly result: Promise<AccessToken>;
  readonly abort: () => void;
  waiters: number;
}

const SLEEP_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps one token fresh: fetched once for all callers, renewed ahead of its end, given up when refused. */
export const createTokenProvider = <G extends Grant>(
  options: TokenProviderOptions<G>,
): TokenProvider => {
  const { clock, random, tell } = options;
  const shelf = shelfOf(options.store, options.key ?? '', options);
  const grants = grantsOf(options.grant);
  let held: Held | undefined;
  let flight: Flight | undefined;
  let refusedValue: string | undefined;
  let failures = 0;
  let pauseEndsAt = 0;

  const mustRefresh = (candidate: Held | undefined): candidate is undefined =>
    candidate === undefined || ageMs(candidate, clock) >= candidate.hardEndMs;
  const shouldRefresh = (candidate: Held): boolean =>
    ageMs(candidate, clock) >= candidate.softEndMs && clock.monotonic() >= pauseEndsAt;

  const get: TokenProvider['get'] = async ({ signal } = {}) => {
    signal?.throwIfAborted();
    if (mustRefresh(held)) return wait(flight ?? take(), signal);
    if (shouldRefresh(held)) refreshInBackground();
    return held.token;
  };

  const invalidate = (value: string): void => {
    if (held?.token.value !== value) return;
    refusedValue = value;
    held = undefined;
  };

  const refreshInBackground = (): void => {
    if (flight) return;
    const started = take();
    // It counts as one who waits: whoever joins and leaves must not stop it.
    started.waiters += 1;
    started.result.catch(() => {
      pauseEndsAt = clock.monotonic() + pauseMs(failures, random);
      failures += 1;
      tell({
        type: 'warning',
        message: 'The token could not be renewed; the one in use is kept while it lasts.',
      });
    });
  };

  // Takes off: from here until it lands, everybody who needs a token waits for this one request.
  const take = (): Flight => {
    const controller = new AbortController();
    const result = fetchToken(controller.signal).finally(() => {
      if (flight === started) flight = undefined;
    });
    const abort = (): void =>
      controller.abort(new TokenError('Nobody waits for this token any more.'));
    const started: Flight = { result, waiters: 0, abort };
    flight = started;
    return started;
  };

  const fetchToken = async (signal: AbortSignal): Promise<AccessToken> => {
    const stored = await shelf.load();
    return keep(isUsable(stored) ? stored.record : await renew(stored, signal));
  };

  // Another process may have renewed already: its token serves, if the API has not refused it to us.
  const isUsable = (stored: StoredToken | undefined): stored is StoredToken =>
    stored !== undefined &&
    stored.record.value !== refusedValue &&
    stored.record.value !== held?.token.value &&
    !mustRefresh(heldOf(stored.record, clock, random));

  const renew = async (
    stored: StoredToken | undefined,
    signal: AbortSignal,
  ): Promise<TokenRecord> => {
    grants.learn(stored);
    const grant = grants.next();
    const obtainedAt = clock.now();
    try {
      const { value, expiresAt, refreshToken } = await requestToken(options, grant, signal);
      grants.brought(refreshToken);
      const record = {
        value,
        refreshToken: grants.refreshToken(),
        obtainedAt,
        expiresAt: expiresAt.getTime(),
      };
      // Before anybody uses it: a refresh token that rotates must not be lost with this process.
      await shelf.save(record, stored?.version);
      return record;
    } catch (error) {
      grants.failed(grant, error);
      if (!(error instanceof ReauthRequiredError)) throw error;
      // Another process may have used the refresh token and stored the next; or there is a new code.
      const now = await shelf.load();
      if (isUsable(now)) return now.record;
      grants.learn(now);
      if (!grants.hasAnother(grant)) throw error;
      return renew(now, signal);
    }
  };

  const keep = (record: TokenRecord): AccessToken => {
    failures = 0;
    pauseEndsAt = 0;
    const candidate = heldOf(record, clock, random);
    if (record.value !== refusedValue) held = candidate;
    return candidate.token;
  };

  const wait = async (joined: Flight, signal: AbortSignal | undefined): Promise<AccessToken> => {
    joined.waiters += 1;
    try {
      return await raced(signal, joined.result);
    } finally {
      joined.waiters -= 1;
      // What spends a user's grant lands, whoever waits: its answer holds the only next refresh token.
      const mayStop = options.grant.type === 'client_credentials';
      if (joined.waiters === 0 && flight === joined && mayStop) {
        flight = undefined;
        joined.abort();
      }
    }
  };

  return { get, invalidate };
};

/**
 * Which grant comes next: the refresh token that was stored or brought last, unless it was refused;
 * else the grant that the client was made with, a code at most once.
 */
const grantsOf = (first: Grant) => {
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
    /** A stored refresh token counts if it was stored since the last look: memory may be ahead of a store that cannot save. */
    learn: (stored: StoredToken | undefined): void => {
      if (stored === undefined || stored.version === learnt) return;
      learnt = stored.version;
      refreshToken = stored.record.refreshToken ?? refreshToken;
    },
    next: (): Grant => {
      const [next] = candidates();
      if (next) return next;
      throw new ReauthRequiredError(
        'The consent is used up: its code or refresh token was used or refused.',
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
      if (grant.type === 'refresh_token' && isRefused) refused.add(grant.refreshToken);
    },
  };
};

/** A record as held here. A clock ahead of or behind the one that wrote it never lengthens its life. */
const heldOf = (record: TokenRecord, clock: Clock, random: () => number): Held => {
  const ageMs = Math.max(0, clock.now() - record.obtainedAt);
  return {
    token: tokenOf(record),
    requestedAt: { wall: clock.now() - ageMs, monotonic: clock.monotonic() - ageMs },
    ...windows(record.expiresAt - record.obtainedAt, random),
  };
};

/**
 * When a token is renewed and when it is no longer served, as ages in milliseconds. Servers that
 * keep whole seconds take up to one second off the life they announce: hence the floor of 1 s.
 */
export const windows = (
  lifetimeMs: number,
  random: () => number,
): { softEndMs: number; hardEndMs: number } => {
  const marginMs =
    lifetimeMs <= 2_000 ? lifetimeMs / 4 : Math.max(1_000, Math.min(10_000, lifetimeMs * 0.05));
  const hardEndMs = lifetimeMs - marginMs;
  const windowMs = Math.min(110_000, lifetimeMs * 0.2);
  return { hardEndMs, softEndMs: Math.max(0, hardEndMs - windowMs * (0.9 + random() / 10)) };
};

// The monotonic clock may stand still while the machine sleeps; the wall clock then runs ahead of it.
const ageMs = ({ requestedAt }: Held, clock: Clock): number => {
  const monotonic = clock.monotonic() - requestedAt.monotonic;
  const wall = clock.now() - requestedAt.wall;
  return wall - monotonic > SLEEP_MS ? wall : monotonic;
};

const pauseMs = (failures: number, random: () => number): number => {
  const range = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return range / 2 + (range / 2) * random();
};
