import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
const SERVER = `
const http=require('http');const body=JSON.stringify({data:Array.from({length:6},(_,i)=>({id:String(i),type:'RetailMediaAccount',attributes:{name:'Account number '+i,type:'DEMAND',subType:'Brand',countries:['FR','US'],currency:'EUR',parentAccountLabel:'parent label',timeZone:'Europe/Paris'}})),metadata:{totalItemsAcrossAllPages:6}});
const s=http.createServer((q,r)=>{q.resume();if(q.url.endsWith('/oauth2/token')){r.setHeader('content-type','application/json');return r.end(JSON.stringify({access_token:'token-0.0123456789012345',token_type:'Bearer',expires_in:90000>0?900:0}))}r.setHeader('content-type','application/json');r.setHeader('x-ratelimit-limit','250000');r.setHeader('x-ratelimit-remaining','240000');r.setHeader('x-ratelimit-reset',String(Math.floor(Date.now()/1000)+60));r.end(body)});s.keepAliveTimeout=60000;s.listen(0,'127.0.0.1',()=>process.send(s.address().port));process.on('disconnect',()=>process.exit());`;
if (process.argv[2] === undefined) {
  const { writeFileSync } = await import('node:fs');
  writeFileSync('/tmp/perf/server.cjs', SERVER);
  const server = fork('/tmp/perf/server.cjs');
  const [port] = await once(server, 'message');
  const url = `http://127.0.0.1:${port}`;
  const names = ['axios', 'sdk', 'bareAxios'];
  const workers = new Map(names.map((n) => [n, fork(import.meta.filename, [n, url])]));
  const ask = async (n: string, q: object) => { const w = workers.get(n)!; const a = once(w, 'message'); w.send(q); return (await a)[0] as number; };
  for (const atOnce of [1, 64]) {
    const best = new Map<string, number>();
    for (const n of names) await ask(n, { calls: 3000, atOnce });
    for (let r = 0; r < 10; r++) for (const n of names) { const c = await ask(n, { calls: 2000, atOnce }); best.set(n, Math.min(best.get(n) ?? 1e9, c)); }
    const base = best.get('axios')!;
    console.log(atOnce, names.map((n) => `${n} ${(best.get(n)! * 1e6 / 2000).toFixed(1)}us ${(best.get(n)! / base).toFixed(2)}`).join(' | '));
  }
  for (const w of workers.values()) w.disconnect();
  server.disconnect();
} else {
  const { SUBJECTS } = await import('/tmp/h/bench/tools/bench/subjects.ts').catch(() => ({ SUBJECTS: undefined }));
  const axios = (await import('axios')).default;
  const http = await import('node:http');
  const { createClient } = await import('@criteo-sdk/retailmedia/2026-07');
  const [, , name, url = ''] = process.argv;
  const PATH = '/2026-07/retail-media/accounts';
  const HEADERS = { authorization: 'Bearer token-0.0123456789012345' };
  const exchange = (options: object) => new Promise<any>((resolve, reject) => { const q = http.request(options, (m) => { const c: Buffer[] = []; m.on('data', (x) => c.push(x)); m.on('end', () => resolve({ m, text: Buffer.concat(c).toString('utf8') })); }); q.on('error', reject); q.end(); });
  const make: Record<string, () => () => Promise<unknown>> = {
    axios: () => async () => (await axios.get(url + PATH, { headers: HEADERS })).data,
    sdk: () => { const client = createClient({ clientId: 'i', clientSecret: 's', baseUrl: url, allowLoopbackHttp: true }); return () => client.account.getAccounts(); },
    bareAxios: () => { const agent = new http.Agent({ keepAlive: true, maxSockets: 64 }); const { hostname, port } = new URL(url);
      const adapter = async (config: any) => { const { m, text } = await exchange({ agent, hostname, port, path: PATH, headers: { authorization: config.headers.authorization } }); return { status: m.statusCode, statusText: '', headers: m.headers, data: text, config }; };
      const instance = new axios.Axios({ adapter, transformRequest: [], transformResponse: [] } as any); return async () => JSON.parse((await instance.get(url + PATH, { headers: HEADERS })).data); },
  };
  const call = make[name!]!();
  await call();
  process.on('message', async ({ calls, atOnce }: any) => {
    const b = process.cpuUsage(); let left = calls;
    await Promise.all(Array.from({ length: atOnce }, async () => { for (; left > 0; await call()) left -= 1; }));
    const { user, system } = process.cpuUsage(b); process.send!((user + system) / 1e6);
  });
  process.on('disconnect', () => process.exit());
}
