const main = async (): Promise<void> => {
  const { createClient } = await import('@criteo-sdk/retailmedia/2026-07');
  const { startSandbox } = await import('@criteo-sdk/sandbox');
  const sandbox = await startSandbox();
  const { data } = await createClient(sandbox.clientOptions).account.getAccounts({ pageSize: 5 });
  console.log(JSON.stringify([data.length]));
  await sandbox.close();
};

void main();
