import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

// The sandbox in the runtime itself, as a user's own tests start it there.
const sandbox = await startSandbox();
const client = createClient(sandbox.clientOptions);
const { data } = await client.account.getAccounts({ pageSize: 3 });
const seen = sandbox.calls().map(({ status }) => status);
client.close();
await sandbox.close();
console.log(JSON.stringify({ accounts: data.length, seen }));
