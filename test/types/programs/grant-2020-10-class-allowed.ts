import { createTransport, OAuthApi } from '@criteo-sdk/marketingsolutions/2020-10';

new OAuthApi(createTransport()).createToken({
  clientId: 'id',
  clientSecret: 'secret',
  grantType: 'client_credentials',
});
