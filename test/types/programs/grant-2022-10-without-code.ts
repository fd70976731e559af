import { createClient } from '@criteo-sdk/retailmedia/2022-10';

createClient({
  clientId: 'id',
  clientSecret: 'secret',
  // expect-next TS2322
  grant: { type: 'authorization_code', redirectUri: 'https://example.com/back' },
});
