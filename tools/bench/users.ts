import { memoryStore } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import axios from 'axios';

/*
 * One client for each user who consented, as a service has them that acts for many.
 */

/** A user's client; held as long as the client is to live. */
export interface UsersClient {
  call(): Promise<unknown>;
}

/** Makes the client of the next user, for an API at this URL. */
export type ClientMaker = (url: string) => () => UsersClient;

/** One app and one store; the users differ. */
export const sdkClients: ClientMaker = (baseUrl) => {
  const app = { clientId: 'id', clientSecret: 'secret', baseUrl, allowLoopbackHttp: true };
  const store = memoryStore();
  let users = 0;
  return () => {
    users += 1;
    const grant = { type: 'refresh_token', refreshToken: `refresh-${users}` } as const;
    const client = createClient({ ...app, store, subject: `user-${users}`, grant });
    return { call: () => client.account.getAccounts() };
  };
};

/** As they come, over Node's own agent: it opens a socket for each request that finds none free. */
export const axiosClients: ClientMaker = (baseURL) => () => {
  const instance = axios.create({ baseURL });
  const call = async (): Promise<unknown> => {
    const grant = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'refresh' });
    const { data } = await instance.post('/oauth2/token', grant);
    const headers = { authorization: `Bearer ${data.access_token}` };
    return instance.get('/2026-07/retail-media/accounts', { headers });
  };
  return { call };
};
