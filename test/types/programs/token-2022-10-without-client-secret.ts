import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';

const { getToken } = new OAuthApi(createTransport());

getToken({ grantType: 'client_credentials', clientId: 'id' }); // expect TS2345
