import { CONSENT_URL } from './criteo/hosts.js';
import { ConfigError, TokenError } from './errors.js';
import { ownFields } from './own.js';
import { cleanerOf } from './redact.js';

export interface ConsentOptions {
  readonly clientId: string;
  /** Where the browser comes back to: https, or http on loopback (RFC 8252 section 7.3). */
  readonly redirectUri: string;
  /** Bind the code to this program (RFC 7636). An app for which it is off, or an API version without it, needs `false`. @default true */
  readonly pkce?: boolean | undefined;
  /** The page that asks the user. @default the vendor's */
  readonly consentUrl?: string | undefined;
}

/** A consent that was begun. Keep `state` and `codeVerifier` in the user's session, on the server. */
export interface Consent {
  /** Where to send the browser. */
  readonly url: string;
  /** For {@link readConsentCallback}: ties the callback to this browser (RFC 6749 section 10.12). */
  readonly state: string;
  /** For the grant `authorization_code`; a secret. Absent without PKCE. */
  readonly codeVerifier?: string;
}

/**
 * Begins a consent: the authorization request of RFC 6749 section 4.1.1, with state and PKCE (S256).
 * @example
 * const { url, state, codeVerifier } = await createConsent({ clientId, redirectUri });
 * @throws {ConfigError} for a redirect URI that cannot be used
 */
export const createConsent = async (options: ConsentOptions): Promise<Consent> => {
  const { clientId, redirectUri, pkce = true, consentUrl = CONSENT_URL } = ownFields(options);
  checkRedirectUri(redirectUri);
  const state = randomText();
  const url = new URL(consentUrl);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (!pkce) return { url: url.href, state };
  const codeVerifier = randomText();
  url.searchParams.set('code_challenge', await challengeOf(codeVerifier));
  url.searchParams.set('code_challenge_method', 'S256');
  return { url: url.href, state, codeVerifier };
};

/** What a good callback brings. */
export interface ConsentCallback {
  /** For the grant `authorization_code`; a secret, good for one use. */
  readonly code: string;
}

/**
 * Reads the address to which the browser came back, and checks that it belongs to this consent.
 * @param callbackUrl the whole address, or its path and query
 * @throws {TokenError} if the user refused, or the callback is not the one of this consent
 * @throws {ConfigError} if the state to compare with is missing
 */
export const readConsentCallback = (
  callbackUrl: string,
  consent: Pick<Consent, 'state'>,
): ConsentCallback => {
  const { state } = ownFields(consent);
  if (!isText(state)) {
    throw new ConfigError(
      "readConsentCallback needs the 'state' of the consent; is the session lost?",
    );
  }
  const parameters = parametersOf(callbackUrl);
  const returned = parameters.get('state');
  if (returned === null) {
    throw callbackError('it brings no state (assumption consent-returns-state)', AGAIN);
  }
  if (!isSame(returned, state)) throw callbackError('its state is that of another consent', AGAIN);
  const error = parameters.get('error');
  if (error !== null) {
    const clean = cleanerOf(ownSecrets(consent));
    const code = clean(error);
    const detail = clean(parameters.get('error_description') ?? '');
    throw callbackError([code, detail].filter(Boolean).join(' · '), {
      code,
      hint: 'The user, or the page, refused.',
    });
  }
  const code = parameters.get('code');
  if (code) return { code };
  throw callbackError(
    'it brings neither code nor error (assumption consent-error-parameters)',
    AGAIN,
  );
};

const ownSecrets = (consent: Pick<Consent, 'codeVerifier' | 'state'>): string[] => {
  const { state, codeVerifier } = ownFields(consent);
  return [state, codeVerifier].filter((one) => one !== undefined);
};

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

// What cannot be read is not shown: it may hold a code.
const parametersOf = (callbackUrl: string): URLSearchParams => {
  try {
    return new URL(callbackUrl, 'https://callback.invalid').searchParams;
  } catch {
    throw callbackError('it is no address', AGAIN);
  }
};

const AGAIN = { hint: 'Begin a new consent with createConsent, and do not use this callback.' };

const callbackError = (why: string, fields: { code?: string; hint: string }): TokenError =>
  new TokenError(`The consent failed: ${why}.`, fields);

const checkRedirectUri = (redirectUri: string): void => {
  const isGood =
    /^https:\/\/[^/]|^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?(?:\/|$)/.test(
      redirectUri,
    );
  if (isGood && !redirectUri.includes('#')) return;
  throw new ConfigError(
    "The option 'redirectUri' must be an https address without a fragment, or http on loopback.",
  );
};

/** 32 random bytes as base64url: 43 characters, as RFC 7636 section 4.1 asks. */
const randomText = (): string => base64Url(crypto.getRandomValues(new Uint8Array(32)));

const challengeOf = async (verifier: string): Promise<string> =>
  base64Url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
  );

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

// In constant time for equal lengths: how much of it matches must not show.
const isSame = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i += 1) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % b.length);
  return difference === 0;
};
