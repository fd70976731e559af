import { AuthenticationApi, createTransport } from '@criteo-sdk/marketing/v1';

new AuthenticationApi(createTransport()).oAuth2TokenPost({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'authorization_code', // expect TS2322
});

new AuthenticationApi(createTransport()).oAuth2TokenPost({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'refresh_token', // expect TS2322
});
