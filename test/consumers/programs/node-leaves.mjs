import { createClient } from '@criteo-sdk/retailmedia/2026-07';

// Nothing is closed: neither a token's life nor an idle connection may keep the process.
const { clientId, clientSecret, baseUrl } = JSON.parse(process.argv[2]);
const client = createClient({ clientId, clientSecret, baseUrl, allowLoopbackHttp: true });
const { data } = await client.account.getAccounts({ pageSize: 5 });
console.log(JSON.stringify([data.length]));
