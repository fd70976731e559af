import type { Client } from '@criteo-sdk/retailmedia';
import { createClient, type Groups } from '@criteo-sdk/retailmedia/2026-07';
import { exact } from './exact.js';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });
exact<typeof client, Client<Groups>>('same');

const grant = { type: 'authorization_code', code: 'code', redirectUri: 'https://a.b' } as const;
const user = client.forSubject('user', { ...grant, codeVerifier: 'verifier' });
exact<typeof user, typeof client>('same');
await user.forSubject('another').account.getAccounts();

client.forSubject(); // expect TS2554
client.forSubject('user', { type: 'client_credentials' }); // expect TS2322
