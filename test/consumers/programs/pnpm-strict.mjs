import { PermissionError, SdkError } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

/** The code of the error that an import ends with, of a package that this project does not name. */
const hidden = (name) =>
  import(name).then(
    () => 'found',
    ({ code }) => code,
  );

const sandbox = await startSandbox();
const client = createClient(sandbox.clientOptions);
const { data } = await client.account.getAccounts({ pageSize: 5 });
sandbox.forbid('getCurrentApplication');
const failure = await client.gateway.getCurrentApplication().catch((error) => error);
await sandbox.close();
console.log(
  JSON.stringify({
    accounts: data.length,
    forbidden: [failure instanceof PermissionError, failure instanceof SdkError],
    hidden: [await hidden('@criteo-sdk/core'), await hidden('axios')],
  }),
);
