import { createClient } from '@criteo-sdk/marketingsolutions/2020-10';

export const client = createClient({
  clientId: 'id',
  clientSecret: 'secret',
  grant: {
    type: 'client_credentials',
  },
});
