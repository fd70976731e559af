import { AuthenticationApi, createTransport } from '@criteo-sdk/marketing/v1';

new AuthenticationApi(createTransport()).oAuth2TokenPost({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'client_credentials',
});
