import { AuthenticationApi, createTransport } from '@criteo-sdk/marketing/v1';

const { oAuth2TokenPost } = new AuthenticationApi(createTransport());

oAuth2TokenPost({
  redirectUri: 'https://example.com/back', // expect TS2353
});
oAuth2TokenPost({
  code: 'code', // expect TS2353
});
oAuth2TokenPost({
  refreshToken: 'token', // expect TS2353
});
