// Workers of one machine share their tokens; clients of one process share the rate limit, too.
import { fileStore } from '@criteo-sdk/core/node';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const store = fileStore({ folder: '.tokens' });
const one = createClient({ ...connection, store });
const other = createClient({ ...connection, store, rateLimit: one.rateLimit });

const pages = await Promise.all([one.account.getAccounts(), other.account.getAccounts()]);
const [first, second] = await Promise.all([one.tokens.get(), other.tokens.get()]);
console.log(`${pages.length} answers, the same token: ${first.value === second.value}`);
