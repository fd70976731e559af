import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';

const { getToken } = new OAuthApi(createTransport());

getToken({ clientId: 'id', clientSecret: 'secret' }); // expect TS2345
