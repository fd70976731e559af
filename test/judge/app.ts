import { createConsent, readConsentCallback, type TokenStore } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { browse, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } from './provider.ts';

const CONFIDENTIAL = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };

type App = { readonly clientId: string; readonly clientSecret?: string };

/** One user of one app, whose tokens are in a store. */
export const userOf = (url: string, store: TokenStore, app: App = CONFIDENTIAL) =>
  ({
    ...app,
    baseUrl: url,
    allowLoopbackHttp: true,
    store,
    subject: 'somebody',
  }) as const;

/** Goes through the user's consent, with PKCE. */
export const consented = async (url: string, store: TokenStore, app: App = CONFIDENTIAL) => {
  const redirectUri = REDIRECT_URI;
  const consentUrl = `${url}/request`;
  const consent = await createConsent({ clientId: app.clientId, redirectUri, consentUrl });
  const { code } = readConsentCallback(await browse(consent.url), consent);
  const { codeVerifier } = consent;
  const grant = { type: 'authorization_code', code, redirectUri, codeVerifier } as const;
  return createClient({ ...userOf(url, store, app), grant });
};

/** The same user after a restart, or in another process. */
export const resumed = (url: string, store: TokenStore, app: App = CONFIDENTIAL) =>
  createClient({ ...userOf(url, store, app), grant: { type: 'refresh_token' } });
