import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '../errors.js';
import { ownFields } from '../own.js';
import { type Clock, systemClock } from '../time.js';
import { CONSENT_URL } from './hosts.js';

export interface SignedConsentOptions {
  /** Id of the signing key of the app. */
  readonly keyId: string;
  /** The secret of that key. */
  readonly signingSecret: string;
  readonly redirectUri: string;
  /** Comes back with the callback: tie it to the user's session. */
  readonly state: string;
  /** @default Criteo's */
  readonly consentUrl?: string | undefined;
  /** Time, for tests. @default the system's */
  readonly clock?: Clock | undefined;
}

/**
 * The consent page's address for an app by client credentials, signed with HMAC-SHA512
 * (docs/facts.md, "Consent"). The values are signed and sent as they are, not escaped; so a value
 * that would need escaping is refused.
 * @throws {ConfigError} for such a value
 */
export const signConsentUrl = (options: SignedConsentOptions): string => {
  const {
    keyId,
    signingSecret,
    redirectUri,
    state,
    consentUrl = CONSENT_URL,
    clock = systemClock,
  } = ownFields(options);
  const timestamp = String(Math.floor(clock.now() / 1000));
  const fields = { key: keyId, timestamp, state, 'redirect-uri': redirectUri };
  const query = `?${Object.entries(fields)
    .map(([name, value]) => `${name}=${plain(name, value)}`)
    .join('&')}`;
  return `${consentUrl}${query}&signature=${hmac(query, signingSecret).toString('hex')}`;
};

/**
 * Did the consent page send this callback? Compares in constant time.
 * @param rawBody the body as it came, before any parsing
 * @param signature value of the header `x-criteo-hmac-sha512`
 */
export const isConsentCallbackSigned = (
  rawBody: string | Uint8Array,
  signature: string | undefined,
  signingSecret: string,
): boolean => {
  const expected = hmac(rawBody, signingSecret);
  const given = Buffer.from(signature ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

const hmac = (data: string | Uint8Array, secret: string): Buffer => {
  if (secret === '') throw new ConfigError("The option 'signingSecret' is empty.");
  return createHmac('sha512', secret).update(data).digest();
};

const plain = (name: string, value: string): string => {
  if (/^[A-Za-z0-9._~:/-]+$/.test(value)) return value;
  throw new ConfigError(
    `A signed consent address cannot hold this value of '${name}': it would need escaping.`,
    {
      hint: 'Use letters, digits and . _ ~ - (and : / in the address).',
    },
  );
};
