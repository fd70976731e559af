// Your app, from the environment. With the first two alone it is Criteo's API; `npm run examples` sets all for the sandbox.
const { CRITEO_CLIENT_ID, CRITEO_CLIENT_SECRET, CRITEO_BASE_URL, CRITEO_CONSENT_URL } = process.env;

export const connection = {
  clientId: CRITEO_CLIENT_ID ?? '',
  clientSecret: CRITEO_CLIENT_SECRET ?? '',
  baseUrl: CRITEO_BASE_URL,
  allowLoopbackHttp: true,
};

export const consentUrl: string | undefined = CRITEO_CONSENT_URL;
