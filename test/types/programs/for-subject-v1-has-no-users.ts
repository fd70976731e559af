import type { Client } from '@criteo-sdk/marketing';
import { createClient, type Groups } from '@criteo-sdk/marketing/v1';

export const client: Client<Groups> = createClient({ clientId: 'id', clientSecret: 'secret' });
createClient({ clientId: 'id', clientSecret: 'secret' }).forSubject('user'); // expect TS2345
