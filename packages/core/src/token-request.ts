import { withFields } from './error-copy.js';
import { ReauthRequiredError, SdkError, TokenError } from './errors.js';
import { TransportFault } from './fault.js';
import { type Grant, grantParameters, isUsersGrant } from './grants.js';
import type { Observe } from './observe.js';
import type { Transport } from './operation.js';
import { own } from './own.js';
import type { Refusals } from './refusals.js';
import { backoffMs } from './retry.js';
import { type Clock, raced, sleep, withDeadline } from './time.js';
import {
  type Credentials,
  readTokenResponse,
  type TokenEndpoint,
  type TokenParameters,
} from './token-endpoint.js';
import { isBroken, isDoubtful, tokenErrorOf } from './token-failure.js';
import { TOKEN_PAUSES, TOKEN_RETRY } from './token-operation.js';
import { isPairRefused } from './token-pause.js';
import type { Granted } from './token-state.js';

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
  /** Of the app: its users share them. */
  readonly refusals: Refusals;
}

const TOKEN_TIMEOUT_MS = 15_000;
const MOST_UNREADABLE = 2;

/** Asked before each request of a user's grant; rejects if it must not be sent any more. */
export type MayStillSend = () => Promise<void>;

/**
 * Spends a grant on a token. Nothing is sent with a pair that was refused, or to an endpoint that asked for a wait,
 * until that is over.
 * @throws {ReauthRequiredError} if the user has to consent again
 * @throws {TokenError} if there is no token for another reason
 */
export const requestToken = async <G extends Grant>(
  requester: TokenRequester<G>,
  grant: Grant,
  outer: AbortSignal,
  mayStillSend: MayStillSend,
): Promise<Granted> => {
  const { clock, credentials, random, refusals } = requester;
  for (let round = 1; ; round += 1) {
    const deadline = withDeadline(clock, TOKEN_TIMEOUT_MS, outer);
    let pair: Credentials | undefined;
    let known: TokenError | undefined;
    let startedAt = clock.monotonic();
    try {
      pair = await raced(deadline.signal, credentials());
      // The function of the program may take long, and the process may have been stopped meanwhile.
      await raced(deadline.signal, mayStillSend());
      startedAt = clock.monotonic();
      known = refusals.errorFor(pair, startedAt);
      if (known) throw known;
      const granted = await spend(requester, pair, grant, deadline.signal, mayStillSend);
      refusals.worked(pair, startedAt);
      return granted;
    } catch (error) {
      if (error instanceof TransportFault) throw timedOut(error, pair !== undefined);
      if (!pair || !(error instanceof TokenError) || error === known) throw error;
      const now = { monotonic: clock.monotonic(), random: random() };
      refusals.failed(error, startedAt, now.monotonic);
      if (!isPairRefused(error)) throw error;
      const told = refusals.addPair(pair, error, startedAt, now);
      // The secret may have been replaced a moment ago; if the program still gives the same, it is not sent.
      if (round > 1) throw told;
    } finally {
      deadline.cancel();
    }
  }
};

const spend = async <G extends Grant>(
  { endpoint, transport, clock, random, tell }: TokenRequester<G>,
  { clientId, clientSecret }: Credentials,
  grant: Grant,
  signal: AbortSignal,
  mayStillSend: MayStillSend,
): Promise<Granted> => {
  // Only a version whose operation needs no secret has public clients.
  const parameters = {
    clientId,
    ...(clientSecret !== '' && { clientSecret }),
    ...grantParameters(grant as G),
  } as TokenParameters<G>;
  const requestedAt = clock.now();
  const warn = (message: string): void => tell({ type: 'warning', message });
  const options = { signal, timeoutMs: TOKEN_TIMEOUT_MS, retry: own(REPEATS, grant.type) };
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
      if (!(failure instanceof TokenError) || !mayRepeat(grant, failure, { attempts, repeat }))
        throw asRefresh(failure, grant);
      await sleep(clock, backoffMs(repeat, TOKEN_PAUSES, random), signal);
      if (isUsersGrant(grant)) await raced(signal, mayStillSend());
    }
  }
};

const MOST_REPEATS = 2;

/** Of a user's grant only what was not sent, and not after a wait that the endpoint asks for: others may use it meanwhile. */
const mayRepeat = (
  grant: Grant,
  failure: TokenError,
  { attempts, repeat }: { readonly attempts: number; readonly repeat: number },
): boolean => {
  if (!isUsersGrant(grant)) return attempts <= MOST_UNREADABLE && isBroken(failure);
  const { outcome, retryable, retryAfterMs } = failure;
  return repeat < MOST_REPEATS && outcome === 'not-sent' && retryable && retryAfterMs === undefined;
};

// What is repeated of a user's grant is repeated by whoever holds its lock, after a look whether it still does.
const REPEATS: typeof TOKEN_RETRY = {
  ...TOKEN_RETRY,
  authorization_code: { ...TOKEN_RETRY.authorization_code, limit: 0 },
  refresh_token: { ...TOKEN_RETRY.client_credentials, limit: 0, unsafe: false },
};

/** A refresh can be tried later, whatever became of this one: the store is asked first. */
const asRefresh = (failure: unknown, { type }: Grant): unknown =>
  type === 'refresh_token' &&
  failure instanceof TokenError &&
  !(failure instanceof ReauthRequiredError) &&
  isDoubtful(failure)
    ? withFields(failure, { retryable: true })
    : failure;

/** The limit over all repeats was reached between two of them, or before the first. */
const timedOut = ({ limitMs }: TransportFault, hasPair: boolean): TokenError =>
  new TokenError(`No token came within ${limitMs} ms.`, {
    retryable: true,
    outcome: hasPair ? 'unknown' : 'not-sent',
    hint: 'Is the network slow, or does a function of yours give no secret?',
  });
