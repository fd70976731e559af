import { createClient } from '@criteo-sdk/marketing/v1';

export const client = createClient({
  clientId: 'id',
  clientSecret: 'secret',
  grant: {
    type: 'client_credentials',
  },
});
