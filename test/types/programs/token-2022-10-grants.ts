import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';

const { getToken } = new OAuthApi(createTransport());
const app = { clientId: 'id', clientSecret: 'secret' };
const redirectUri = 'https://example.com/back';
const [code, refreshToken] = ['code', 'token'];

getToken({ ...app, grantType: 'client_credentials' });
getToken({ ...app, grantType: 'authorization_code', code, redirectUri });
getToken({ ...app, grantType: 'refresh_token', refreshToken });

getToken({ ...app, grantType: 'authorization_code' }); // expect TS2345
getToken({ ...app, grantType: 'authorization_code', redirectUri }); // expect TS2345
getToken({ ...app, grantType: 'authorization_code', code }); // expect TS2345
getToken({ ...app, grantType: 'refresh_token' }); // expect TS2345
getToken({ ...app, grantType: 'refresh_token', code }); // expect TS2345
// expect-next TS2345
getToken({ ...app, grantType: 'client_credentials', code });
// expect-next TS2345
getToken({ ...app, grantType: 'client_credentials', redirectUri });
// expect-next TS2345
getToken({ ...app, grantType: 'client_credentials', refreshToken });
// expect-next TS2345
getToken({ ...app, grantType: 'authorization_code', code, redirectUri, refreshToken });
// expect-next TS2345
getToken({ ...app, grantType: 'client_credentials', code, redirectUri, refreshToken });
