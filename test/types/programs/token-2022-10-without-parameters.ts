import { createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';

new OAuthApi(createTransport()).getToken(); // expect TS2554
