import type { AccessToken } from './access-token.js';
import { ApiError, ReauthRequiredError, SdkError, TokenError } from './errors.js';
import type { Grant } from './grants.js';
import type { Observe } from './observe.js';
import { type Clock, raced } from './time.js';
import { type Credentials, readTokenResponse, type TokenEndpoint } from './token-endpoint.js';

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

export interface TokenProviderOptions<G extends Grant> {
  readonly endpoint: TokenEndpoint<G>;
  readonly grant: G;
  /** Asked before each token request. */
  readonly credentials: () => Promise<Credentials>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tell: Observe;
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

const TOKEN_TIMEOUT_MS = 15_000;
const TOKEN_RETRY = { limit: 2, baseMs: 250, maxMs: 4_000 };
const SLEEP_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps one token fresh: fetched once for all callers, renewed ahead of its end, given up when refused. */
export const createTokenProvider = <G extends Grant>(
  options: TokenProviderOptions<G>,
): TokenProvider => {
  const { clock, random, tell } = options;
  let held: Held | undefined;
  let flight: Flight | undefined;
  let refreshToken: string | undefined;
  let isSpent = false;
  let refusedValue: string | undefined;
  let failures = 0;
  let pauseEndsAt = 0;

  const moment = (): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

  const mustRefresh = (candidate: Held | undefined): candidate is undefined =>
    candidate === undefined || ageMs(candidate, moment()) >= candidate.hardEndMs;
  const shouldRefresh = (candidate: Held): boolean =>
    ageMs(candidate, moment()) >= candidate.softEndMs && clock.monotonic() >= pauseEndsAt;

  const get: TokenProvider['get'] = async ({ signal } = {}) => {
    signal?.throwIfAborted();
    if (mustRefresh(held)) return wait(flight ?? take(), signal);
    if (shouldRefresh(held)) refreshInBackground();
    return held.token;
  };

  const invalidate = (value: string): void => {
    refusedValue = value;
    if (held?.token.value === value) held = undefined;
  };

  const refreshInBackground = (): void => {
    if (flight) return;
    take().result.catch(() => {
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
    const startedAt = moment();
    const result = fetchToken(controller.signal, startedAt).finally(() => {
      if (flight === started) flight = undefined;
    });
    const started: Flight = {
      result,
      waiters: 0,
      abort: () => controller.abort(new TokenError('Nobody waits for this token any more.')),
    };
    flight = started;
    return started;
  };

  const fetchToken = async (signal: AbortSignal, startedAt: Moment): Promise<AccessToken> => {
    const token = await requestToken(options, nextGrant(), signal, startedAt.wall, () => {
      isSpent = true;
    });
    refreshToken = token.refreshToken ?? refreshToken;
    failures = 0;
    pauseEndsAt = 0;
    if (token.value !== refusedValue)
      held = {
        token,
        requestedAt: startedAt,
        ...windows(token.expiresAt.getTime() - startedAt.wall, random),
      };
    return token;
  };

  const nextGrant = (): Grant => {
    if (refreshToken !== undefined) return { type: 'refresh_token', refreshToken };
    if (isSpent && options.grant.type === 'authorization_code') {
      throw new ReauthRequiredError(
        'The authorization code was used already and brought no refresh token.',
        REAUTH,
      );
    }
    return options.grant;
  };

  const wait = async (joined: Flight, signal: AbortSignal | undefined): Promise<AccessToken> => {
    joined.waiters += 1;
    try {
      return await raced(signal, joined.result);
    } finally {
      joined.waiters -= 1;
      if (joined.waiters === 0 && flight === joined) {
        flight = undefined;
        joined.abort();
      }
    }
  };

  return { get, invalidate };
};

const REAUTH = { hint: 'Ask the user for consent again and create the client with the new code.' };

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
const ageMs = ({ requestedAt }: Held, now: Moment): number => {
  const monotonic = now.monotonic - requestedAt.monotonic;
  const wall = now.wall - requestedAt.wall;
  return wall - monotonic > SLEEP_MS ? wall : monotonic;
};

const pauseMs = (failures: number, random: () => number): number => {
  const range = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return range / 2 + (range / 2) * random();
};

const requestToken = async <G extends Grant>(
  { endpoint, credentials, tell }: TokenProviderOptions<G>,
  grant: Grant,
  signal: AbortSignal,
  requestedAt: number,
  sent: () => void,
): Promise<AccessToken> => {
  const secrets = await credentials();
  const isRepeatable = grant.type === 'client_credentials';
  const retry = isRepeatable ? { ...TOKEN_RETRY, unsafe: true } : { limit: 0 };
  try {
    sent();
    const answer = await endpoint.request(grant as G, secrets, {
      signal,
      timeoutMs: TOKEN_TIMEOUT_MS,
      retry,
    });
    return readTokenResponse(answer, {
      requestedAt,
      defaultLifetimeMs: endpoint.defaultLifetimeMs,
      warn: (message) => tell({ type: 'warning', message }),
    });
  } catch (error) {
    throw tokenErrorOf(error, grant);
  }
};

const tokenErrorOf = (error: unknown, grant: Grant): unknown => {
  if (!(error instanceof SdkError) || error instanceof TokenError) return error;
  const { operation, status, retryable, attempts, traceId, hint } = error;
  const code = error instanceof ApiError ? error.code : undefined;
  const fields = { operation, status, retryable, attempts, traceId, hint, code, cause: error };
  const isUserGrant = grant.type !== 'client_credentials';
  if (isUserGrant && code === 'invalid_grant')
    return new ReauthRequiredError(error.message, { ...fields, ...REAUTH });
  return new TokenError(error.message, fields);
};
