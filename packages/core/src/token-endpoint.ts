import { AccessToken, BEARER_VALUE } from './access-token.js';
import { TokenError, type TokenErrorReason } from './errors.js';
import type { Grant, GrantParameters } from './grants.js';
import type { CallOptions, Transport } from './operation.js';
import { own, ownFields } from './own.js';
import { withRefreshToken } from './rescued-token.js';

/** Who asks for a token. */
export interface Credentials {
  /** Id of the app, as the API's developer portal shows it. */
  readonly clientId: string;
  /** Empty for a public client, and then not sent (RFC 6749 section 2.3.1). */
  readonly clientSecret: string;
}

/** What the token models of all versions have in common (RFC 6749 section 5.1). */
export interface TokenResponse {
  readonly access_token?: string;
  readonly token_type?: string;
  /** Seconds. */
  readonly expires_in?: number;
  readonly refresh_token?: string | null;
}

/** Everything that a token request says, under the names that generated token operations have. */
export type TokenParameters<G extends Grant> = Credentials & GrantParameters<G>;

/** How one API version gives tokens: its facts, and its own generated class. */
export interface TokenEndpoint<G extends Grant = Grant> {
  readonly grants: readonly G['type'][];
  /** Life of a token whose answer does not state it, in milliseconds. */
  readonly defaultLifetimeMs: number;
  /** True if what came of a consent by PKCE needs no secret. */
  readonly publicClients?: boolean;
  readonly requestToken: (
    transport: Transport,
    parameters: TokenParameters<G>,
    options: CallOptions,
  ) => PromiseLike<TokenResponse>;
}

export interface ReadTokenOptions {
  /** Wall clock in milliseconds when the request began: a token's life is counted from there. */
  readonly requestedAt: number;
  readonly defaultLifetimeMs: number;
  /** Told what was odd about an answer that could be used all the same. */
  readonly warn: (message: string) => void;
}

const LONGEST_LIFETIME_MS = 86_400_000;

/**
 * The one reading of every token model.
 * @throws {TokenError} if there is no usable bearer token in the answer
 */
export const readTokenResponse = (answer: unknown, options: ReadTokenOptions): AccessToken => {
  try {
    return read(answer, options);
  } catch (error) {
    throw withRefreshToken(error as TokenError, own(answer ?? {}, 'refresh_token'));
  }
};

const read = (
  answer: unknown,
  { requestedAt, defaultLifetimeMs, warn }: ReadTokenOptions,
): AccessToken => {
  if (answer === undefined || answer === null) throw unusable('it is empty', 'empty');
  const { access_token, token_type, expires_in, refresh_token } = ownFields(answer) as Readonly<
    Record<string, unknown>
  >;
  if (typeof access_token !== 'string' || access_token === '')
    throw unusable('it has no access_token');
  if (!BEARER_VALUE.test(access_token)) {
    throw unusable('its access_token cannot be sent in a header (RFC 6750 section 2.1)');
  }
  // What is null or empty says nothing else.
  if ((token_type ?? '') !== '' && !isBearer(token_type))
    throw unusable('its token_type is not Bearer');
  const lifetimeMs = lifetimeOf(expires_in, defaultLifetimeMs, warn);
  return new AccessToken({
    value: access_token,
    tokenType: 'Bearer',
    expiresAt: new Date(requestedAt + lifetimeMs),
    refreshToken:
      typeof refresh_token === 'string' && refresh_token !== '' ? refresh_token : undefined,
  });
};

const lifetimeOf = (
  expiresIn: unknown,
  defaultLifetimeMs: number,
  warn: (message: string) => void,
): number => {
  if (expiresIn === undefined) {
    warn(`The token answer states no expires_in; ${defaultLifetimeMs / 1000} s are assumed.`);
    return defaultLifetimeMs;
  }
  const lifetimeMs = secondsOf(expiresIn) * 1000;
  if (!(lifetimeMs > 0)) throw unusable('its expires_in is not a positive number of seconds');
  if (lifetimeMs <= LONGEST_LIFETIME_MS) return lifetimeMs;
  warn('The token answer states an expires_in above one day; one day is assumed.');
  return LONGEST_LIFETIME_MS;
};

// The legacy API has answered with "299" where its model says integer.
const secondsOf = (value: unknown): number =>
  typeof value === 'number' || (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value))
    ? Number(value)
    : Number.NaN;

const isBearer = (type: unknown): boolean =>
  typeof type === 'string' && type.toLowerCase() === 'bearer';

const unusable = (why: string, reason: TokenErrorReason = 'unusable'): TokenError =>
  new TokenError(`The token endpoint's answer cannot be used: ${why}.`, {
    reason,
    hint: 'Is baseUrl the API itself, with no proxy or captive portal in between?',
  });
