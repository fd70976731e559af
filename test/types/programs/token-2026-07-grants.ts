import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2026-07';

const { getToken } = new OAuthApi(createTransport());
const clientId = 'id';
const app = { clientId, clientSecret: 'secret' };
const consent = { code: 'code', redirectUri: 'https://example.com/back' };
const codeVerifier = 'verifier';

getToken({ ...app, grantType: 'client_credentials' });
getToken({ ...app, grantType: 'authorization_code', ...consent });
getToken({ ...app, grantType: 'authorization_code', ...consent, codeVerifier });
getToken({ clientId, grantType: 'authorization_code', ...consent, codeVerifier });
getToken({ ...app, grantType: 'refresh_token', refreshToken: 'token' });
getToken({ clientId, grantType: 'refresh_token', refreshToken: 'token' });

getToken({ clientId, grantType: 'client_credentials' }); // expect TS2345
getToken({ ...app, grantType: 'client_credentials', codeVerifier }); // expect TS2345
getToken({ clientId, grantType: 'authorization_code', ...consent }); // expect TS2345
getToken({ ...app, grantType: 'authorization_code', codeVerifier }); // expect TS2345
getToken({ ...app, grantType: 'refresh_token', refreshToken: 'token', codeVerifier }); // expect TS2345
