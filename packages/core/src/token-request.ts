import { SdkError, TokenError } from './errors.js';
import { TransportFault } from './fault.js';
import { type Grant, grantParameters } from './grants.js';
import type { Observe } from './observe.js';
import type { Transport } from './operation.js';
import { own } from './own.js';
import { backoffMs } from './retry.js';
import { type Clock, raced, sleep, withDeadline } from './time.js';
import {
  type Credentials,
  readTokenResponse,
  type TokenEndpoint,
  type TokenParameters,
} from './token-endpoint.js';
import { tokenErrorOf } from './token-failure.js';
import { TOKEN_PAUSES, TOKEN_RETRY } from './token-operation.js';
import type { TokenRecord } from './token-store.js';

/** What a token request needs, besides the grant. */
export interface TokenRequester<G extends Grant> {
  readonly endpoint: TokenEndpoint<G>;
  /** Carries token requests: never one that waits for a token itself. */
  readonly transport: Transport;
  /** Asked before each token request, and once more after `invalid_client`. */
  readonly credentials: () => Promise<Credentials>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tell: Observe;
}

const TOKEN_TIMEOUT_MS = 15_000;
const MOST_UNREADABLE = 2;

/**
 * Spends a grant on a token.
 * @throws {ReauthRequiredError} if the user has to consent again
 * @throws {TokenError} if there is no token for another reason
 */
export const requestToken = async <G extends Grant>(
  requester: TokenRequester<G>,
  grant: Grant,
  outer: AbortSignal,
): Promise<TokenRecord> => {
  let refused: { readonly pair: Credentials; readonly error: TokenError } | undefined;
  for (;;) {
    const deadline = withDeadline(requester.clock, TOKEN_TIMEOUT_MS, outer);
    let pair: Credentials | undefined;
    try {
      pair = await raced(deadline.signal, requester.credentials());
      if (refused && isSamePair(pair, refused.pair)) throw refused.error;
      return await spend(requester, pair, grant, deadline.signal);
    } catch (error) {
      if (error instanceof TransportFault) throw timedOut(error);
      const isPair = error instanceof TokenError && error.code === 'invalid_client';
      if (refused || !pair || !isPair) throw error;
      // The secret may have been replaced a moment ago.
      refused = { pair, error };
    } finally {
      deadline.cancel();
    }
  }
};

const isSamePair = (one: Credentials, other: Credentials): boolean =>
  one.clientId === other.clientId && one.clientSecret === other.clientSecret;

const spend = async <G extends Grant>(
  { endpoint, transport, clock, random, tell }: TokenRequester<G>,
  { clientId, clientSecret }: Credentials,
  grant: Grant,
  signal: AbortSignal,
): Promise<TokenRecord> => {
  // Only a version whose operation needs no secret has public clients.
  const parameters = {
    clientId,
    ...(clientSecret !== '' && { clientSecret }),
    ...grantParameters(grant as G),
  } as TokenParameters<G>;
  const requestedAt = clock.now();
  const warn = (message: string): void => tell({ type: 'warning', message });
  const options = { signal, timeoutMs: TOKEN_TIMEOUT_MS, retry: own(TOKEN_RETRY, grant.type) };
  const { defaultLifetimeMs } = endpoint;
  let attempts = 0;
  for (let repeat = 0; ; repeat += 1) {
    try {
      const answer = await endpoint.requestToken(transport, parameters, options);
      const reading = { requestedAt, defaultLifetimeMs, warn };
      const { value, refreshToken, expiresAt } = readTokenResponse(answer, reading);
      return { value, refreshToken, obtainedAt: requestedAt, expiresAt: expiresAt.getTime() };
    } catch (error) {
      // An answer that is no token was at least one.
      attempts +=
        (error instanceof SdkError && error.attempts) || Number(error instanceof TokenError);
      const failure = tokenErrorOf(error, { grantType: grant.type, attempts });
      const mayRepeat =
        grant.type === 'client_credentials' && attempts <= MOST_UNREADABLE && isBroken(failure);
      if (!mayRepeat) throw failure;
      await sleep(clock, backoffMs(repeat, TOKEN_PAUSES, random), signal);
    }
  }
};

/** The limit over all repeats was reached between two of them. */
const timedOut = ({ limitMs }: TransportFault): TokenError =>
  new TokenError(`No token came within ${limitMs} ms.`, {
    retryable: true,
    hint: 'Is the network slow, or does a function of yours give no secret?',
  });

/** Did the answer break off, so that another one may be whole? */
const isBroken = (error: unknown): boolean =>
  error instanceof TokenError && (error.reason === 'unreadable' || error.reason === 'empty');
