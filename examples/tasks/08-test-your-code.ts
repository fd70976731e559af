// A test of your own code, on a sandbox of its own: no account, no network.
import assert from 'node:assert/strict';
import { PermissionError, paginate } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

/** Your code: it takes a client, so that a test can give it one. */
const accountIds = async (client: ReturnType<typeof createClient>): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of paginate(client.account.getAccounts)) ids.push(String(id));
  return ids;
};

const sandbox = await startSandbox({ seed: 7 });
try {
  const client = createClient(sandbox.clientOptions);
  assert.equal((await accountIds(client)).length, 57);
  assert.equal(sandbox.calls('getAccounts').length, 3);
  sandbox.clock.tick('20m'); // the token ends: nobody notices
  assert.equal((await accountIds(client)).length, 57);
  sandbox.forbid('getAccounts');
  await assert.rejects(accountIds(client), PermissionError);
  console.log('the test passed');
} finally {
  await sandbox.close();
}
