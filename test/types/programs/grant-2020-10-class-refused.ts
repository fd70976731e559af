import { createTransport, OAuthApi } from '@criteo-sdk/marketingsolutions/2020-10';

new OAuthApi(createTransport()).createToken({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'authorization_code', // expect TS2322
});

new OAuthApi(createTransport()).createToken({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'refresh_token', // expect TS2322
});
