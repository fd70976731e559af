// Two versions side by side while you migrate: one token, one rate limit.
import { createClient as create2026_01 } from '@criteo-sdk/retailmedia/2026-01';
import { createClient as create2026_07 } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const old = create2026_01(connection);
const next = create2026_07({ ...connection, tokens: old.tokens, rateLimit: old.rateLimit });

const [before, after] = await Promise.all([
  old.account.getAccounts({ pageSize: 5 }),
  next.account.getAccounts({ pageSize: 5 }),
]);
console.log(before.data.length, after.data.length);
