// What can go wrong, and what to do then.
import { ApiError, RateLimitError, TokenError } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const retailMedia = createClient(connection);
try {
  await retailMedia.account.getAccounts({ pageSize: -1 });
} catch (error) {
  if (error instanceof RateLimitError) console.log('again in', error.retryAfterMs, 'ms');
  else if (error instanceof TokenError)
    throw error; // invalid_client, invalid_grant: error.code
  else if (error instanceof ApiError)
    console.log(error.operation, error.status, error.code, error.hint ?? '');
  else throw error; // safe to log whole: it holds no secret
}
