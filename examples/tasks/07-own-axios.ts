// Your own axios: proxy, agent, certificates, interceptors; used for tokens, too.
import { Agent } from 'node:http';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import axios from 'axios';
import { connection } from './connection.ts';

const own = axios.create({
  proxy: false,
  httpAgent: new Agent({ keepAlive: true, maxSockets: 8 }),
});
own.interceptors.request.use((config) => {
  console.log(config.method, new URL(config.url ?? '').pathname);
  return config;
});
const retailMedia = createClient({ ...connection, timeoutMs: 30_000, axios: own });
console.log((await retailMedia.account.getAccounts({ pageSize: 5 })).data.length);
