// The README's first sample. Run it with: npm run first-call
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

const sandbox = await startSandbox();
const client = createClient(sandbox.clientOptions);

const { data } = await client.account.getAccounts({ pageSize: 5 });
for (const { id, attributes } of data) console.log(id, attributes?.name);

await sandbox.close();
