import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.audience.createAudience({ accountId: '1' }); // expect TS2741
