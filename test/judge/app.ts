import { createConsent, readConsentCallback, type TokenStore } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { browse, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } from './provider.ts';

/** One user of one app, whose tokens are in a store. */
export const userOf = (url: string, store: TokenStore) =>
  ({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    baseUrl: url,
    allowLoopbackHttp: true,
    store,
    subject: 'somebody',
  }) as const;

/** Goes through the user's consent, with PKCE. */
export const consented = async (url: string, store: TokenStore) => {
  const redirectUri = REDIRECT_URI;
  const consentUrl = `${url}/request`;
  const consent = await createConsent({ clientId: CLIENT_ID, redirectUri, consentUrl });
  const { code } = readConsentCallback(await browse(consent.url), consent);
  const { codeVerifier } = consent;
  const grant = { type: 'authorization_code', code, redirectUri, codeVerifier } as const;
  return createClient({ ...userOf(url, store), grant });
};

/** The same user after a restart, or in another process. */
export const resumed = (url: string, store: TokenStore) =>
  createClient({ ...userOf(url, store), grant: { type: 'refresh_token' } });
