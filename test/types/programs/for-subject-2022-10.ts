import type { Client } from '@criteo-sdk/retailmedia';
import { createClient, type Groups } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });
export const user: Client<Groups> = client.forSubject('user');

/* 2022-10 has no PKCE. */
client.forSubject('user', {
  type: 'authorization_code',
  code: 'code',
  redirectUri: 'https://a.b',
  codeVerifier: 'verifier', // expect TS2353
});
