import type { AccessToken } from './access-token.js';
import { ReauthRequiredError, TokenError } from './errors.js';
import { grantOrder } from './grant-order.js';
import type { Grant } from './grants.js';
import { raced } from './time.js';
import { ageMs, type Held, heldOf } from './token-life.js';
import { requestToken, type TokenRequester } from './token-request.js';
import { type StoredToken, shelfOf, type TokenRecord, type TokenStore } from './token-store.js';

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

interface Flight {
  readonly startedAt: number;
  readonly result: Promise<AccessToken>;
  readonly abort: () => void;
  waiters: number;
}

// Longer than any takes: workerd drops the work of a request that has ended, and it never lands.
const LONGEST_FLIGHT_MS = 45_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps one token fresh: fetched once for all callers, renewed ahead of its end, given up when refused. */
export const createTokenProvider = <G extends Grant>(
  options: TokenProviderOptions<G>,
): TokenProvider => {
  const { clock, random, tell } = options;
  const shelf = shelfOf(options.store, options.key ?? '', options);
  const grants = grantOrder(options.grant);
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
    if (mustRefresh(held)) return wait(underWay() ?? take(), signal);
    if (shouldRefresh(held)) refreshInBackground();
    return held.token;
  };

  const invalidate = (value: string): void => {
    if (held?.token.value !== value) return;
    refusedValue = value;
    held = undefined;
  };

  const refreshInBackground = (): void => {
    if (underWay()) return;
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

  const underWay = (): Flight | undefined =>
    flight && clock.monotonic() - flight.startedAt < LONGEST_FLIGHT_MS ? flight : undefined;

  // Takes off: from here until it lands, everybody who needs a token waits for this one request.
  const take = (): Flight => {
    const controller = new AbortController();
    const result = fetchToken(controller.signal).finally(() => {
      if (flight === started) flight = undefined;
    });
    const abort = (): void =>
      controller.abort(new TokenError('Nobody waits for this token any more.'));
    const started: Flight = { startedAt: clock.monotonic(), result, waiters: 0, abort };
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

const pauseMs = (failures: number, random: () => number): number => {
  const range = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return range / 2 + (range / 2) * random();
};
