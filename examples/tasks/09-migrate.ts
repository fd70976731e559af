// From 2022-10 to 2026-07: one line, the import; then follow the compiler, and docs/migrate for each change as code.
// before: import { createClient } from '@criteo-sdk/retailmedia/2022-10';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const retailMedia = createClient(connection);
const { data } = await retailMedia.account.getAccounts({ pageSize: 50 });
console.log(`${data.length} accounts: the call is the same in both`);
