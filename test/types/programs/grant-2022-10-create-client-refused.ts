import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const credentials = { clientId: 'id', clientSecret: 'secret' };

createClient({
  ...credentials,
  grant: {
    type: 'password', // expect TS2322
  },
});

createClient({
  ...credentials,
  grant: {
    type: 'client_credentials',
    code: 'code', // expect TS2353
  },
});
