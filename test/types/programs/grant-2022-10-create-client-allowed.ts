import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const credentials = { clientId: 'id', clientSecret: 'secret' };

createClient({ ...credentials, grant: { type: 'client_credentials' } });
createClient({
  ...credentials,
  grant: {
    type: 'authorization_code',
    code: 'code',
    redirectUri: 'https://example.com/back',
  },
});
createClient({ ...credentials, grant: { type: 'refresh_token', refreshToken: 'token' } });
// Beside a store, the user's tokens are resumed from there.
createClient({ ...credentials, grant: { type: 'refresh_token' } });
