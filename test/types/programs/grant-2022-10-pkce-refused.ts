import { createClient } from '@criteo-sdk/retailmedia/2022-10';

/* 2022-10 has no PKCE: the verifier is refused before the user is sent to consent. */
export const client: unknown = createClient({
  clientId: 'id',
  clientSecret: 'secret',
  grant: {
    type: 'authorization_code',
    code: 'code',
    redirectUri: 'https://app.example/back',
    codeVerifier: 'verifier', // expect TS2353
  },
});
