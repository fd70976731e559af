import { createTransport, OAuthApi } from '@criteo-sdk/marketingsolutions/2020-10';

const { createToken } = new OAuthApi(createTransport());

createToken({
  redirectUri: 'https://example.com/back', // expect TS2353
});
createToken({
  code: 'code', // expect TS2353
});
createToken({
  refreshToken: 'token', // expect TS2353
});
