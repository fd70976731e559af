import { createTransport, OAuthApi } from '@criteo-sdk/marketingsolutions/2020-10';

const { createToken } = new OAuthApi(createTransport());

createToken();
createToken({});
createToken({ clientId: 'id' });
createToken({ clientSecret: 'secret' });
createToken({ grantType: 'client_credentials' });
createToken({ clientId: 'id', clientSecret: 'secret', grantType: 'client_credentials' });
