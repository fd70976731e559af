import { createConsent, readConsentCallback } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { saw, say } from './print.ts';
import { check, type Step } from './step.ts';

const REDIRECT_URI = 'https://app.example/back';

export const consent: Step = {
  name: 'consent',
  title: 'A user consents: a code, a token, and refresh tokens that rotate',
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    say(
      'To act for somebody else, an app sends them to a consent page and gets a code back. The code gives the first token, refresh tokens the later ones; the client keeps the newest refresh token.',
    );
    const credentials = sandbox.credentials('retailmedia/2026-07');
    const begun = await createConsent({
      clientId: credentials.clientId,
      redirectUri: REDIRECT_URI,
      consentUrl: sandbox.consentUrl,
    });
    const page = await fetch(begun.url, { redirect: 'manual' });
    const { code } = readConsentCallback(page.headers.get('location') ?? '', begun);
    saw(`The browser came back with a code of ${code.length} characters and the right state.`);
    const client = createClient({
      ...credentials,
      grant: {
        type: 'authorization_code',
        code: broken ? 'another code' : code,
        redirectUri: REDIRECT_URI,
        codeVerifier: begun.codeVerifier,
      },
    });
    const refreshTokens: (string | undefined)[] = [];
    for (const from of ['code', 'refresh', 'refresh']) {
      const token = await client.tokens.get();
      refreshTokens.push(token.refreshToken);
      await client.account.getAccounts();
      saw(`${from} → ${token}, refresh token …${token.refreshToken?.slice(-6)}`);
      client.tokens.invalidate(token.value);
    }
    check(new Set(refreshTokens).size === 3, 'the refresh token did not rotate');
    client.close();
  },
};
