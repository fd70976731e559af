import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { AccessToken } from '@criteo-sdk/retailmedia';
import axios from 'axios';
const token = new AccessToken({ value: 'token-0.0123456789012345', tokenType: 'Bearer', expiresAt: new Date(Date.now() + 1e7) });
const data = JSON.stringify({ data: [{ id: '1' }] });
const headers = { 'content-type': 'application/json', date: new Date().toUTCString(), connection: 'keep-alive', 'x-ratelimit-limit': '250000', 'x-ratelimit-remaining': '249999', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 60) };
const raw = { request: async () => ({ status: 200, headers, data }) } as never;
const inst = new axios.Axios({ adapter: async (config: any) => ({ status: 200, statusText: '', headers, data, config }) } as never);
const make = (o: object) => { const c = createClient({ clientId: 'a', clientSecret: 'b', baseUrl: 'http://127.0.0.1:1', allowLoopbackHttp: true, ...o } as never); return () => c.account.getAccounts(); };
const cases: Record<string, () => Promise<unknown>> = {
  pipeline: make({ axios: raw, tokens: { get: async () => token, invalidate() {} } }),
  pipelineNoGate: make({ axios: raw, rateLimit: false, tokens: { get: async () => token, invalidate() {} } }),
  withAxios: make({ axios: inst, tokens: { get: async () => token, invalidate() {} } }),
  axiosAlone: () => inst.request({ url: 'http://127.0.0.1:1/x', method: 'GET', headers: { accept: 'application/json', authorization: 'x', 'user-agent': 'y' } }),
};
const only = process.argv[2];
for (const [name, f] of Object.entries(cases)) {
  if (only && name !== only) continue;
  let best = 1e9;
  for (let r = 0; r < 12; r++) { const b = process.cpuUsage(); for (let i = 0; i < 5000; i++) await f(); const { user, system } = process.cpuUsage(b); best = Math.min(best, (user + system) / 5000); }
  console.log(name, best.toFixed(2), 'us');
}
