import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';

const { getToken } = new OAuthApi(createTransport());
const credentials = { clientId: 'id', clientSecret: 'secret' };

getToken({ ...credentials, grantType: 'client_credentials' });
getToken({
  ...credentials,
  grantType: 'authorization_code',
  code: 'code',
  redirectUri: 'https://example.com/back',
});
getToken({ ...credentials, grantType: 'refresh_token', refreshToken: 'token' });
