import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

const main = async (): Promise<void> => {
  const sandbox = await startSandbox();
  const { data } = await createClient(sandbox.clientOptions).account.getAccounts({ pageSize: 5 });
  console.log(JSON.stringify([data.length]));
  await sandbox.close();
};

void main();
