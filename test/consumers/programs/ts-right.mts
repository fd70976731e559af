import { createClient as createOlder } from '@criteo-sdk/marketingsolutions/2020-10';
import { ApiError, RateLimitError } from '@criteo-sdk/retailmedia';
import { createClient, type GetAccountsParams } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';

const sandbox = await startSandbox();
const client = createClient(sandbox.clientOptions);
const params: GetAccountsParams = { pageSize: 5 };
try {
  const { data } = await client.account.getAccounts(params, { timeoutMs: 10_000 });
  const names: (string | undefined)[] = data.map(({ attributes }) => attributes?.name);
  const file = new Blob(['an asset']);
  const { data: asset } = await client.creative.createAsset({ assetFile: file });
  const older = createOlder({
    ...sandbox.credentials('marketingsolutions/2020-10'),
    logLevel: 'off',
  });
  const { status } = await older.advertiser.getAdvertisers().withResponse();
  console.log(JSON.stringify([names.length, typeof asset?.id, status]));
} catch (error) {
  if (error instanceof RateLimitError) console.log(error.resetAt?.toISOString());
  if (error instanceof ApiError) console.log(error.problems.map(({ code }) => code));
  throw error;
} finally {
  await sandbox.close();
}
