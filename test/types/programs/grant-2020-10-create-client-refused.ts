import { createClient } from '@criteo-sdk/marketingsolutions/2020-10';

export const client = createClient({
  clientId: 'id',
  clientSecret: 'secret',
  grant: {
    type: 'authorization_code', // expect TS2322
    code: 'code',
    redirectUri: 'https://example.com/back',
  },
});

export const other = createClient({
  clientId: 'id',
  clientSecret: 'secret',
  grant: {
    type: 'refresh_token', // expect TS2322
    refreshToken: 'token',
  },
});
