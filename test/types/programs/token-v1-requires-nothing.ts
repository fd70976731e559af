import { AuthenticationApi, createTransport } from '@criteo-sdk/marketing/v1';

const { oAuth2TokenPost } = new AuthenticationApi(createTransport());

oAuth2TokenPost();
oAuth2TokenPost({});
oAuth2TokenPost({ clientId: 'id' });
oAuth2TokenPost({ clientSecret: 'secret' });
oAuth2TokenPost({ grantType: 'client_credentials' });
oAuth2TokenPost({ clientId: 'id', clientSecret: 'secret', grantType: 'client_credentials' });
