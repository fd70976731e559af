import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';

new OAuthApi(createTransport()).getToken({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'password', // expect TS2322
});
