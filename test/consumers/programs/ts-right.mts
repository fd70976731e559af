import { createClient as createOlder } from '@criteo-sdk/marketingsolutions/2020-10';
import { ApiError, RateLimitError, TokenError } from '@criteo-sdk/retailmedia';
import {
  createClient,
  type GetAccountsParams,
  type OAuthErrorModel,
} from '@criteo-sdk/retailmedia/2026-07';
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
  const { clientId, clientSecret } = sandbox.clientOptions;
  const app = { clientId, clientSecret };
  const { token_type } = await client.oAuth.getToken({ ...app, grantType: 'client_credentials' });
  if (token_type !== 'Bearer') throw new Error('no token');
  const exchange = { ...app, code: 'a', redirectUri: 'https://example.com/back' };
  const refused = await client.oAuth
    .getToken({ ...exchange, grantType: 'authorization_code' })
    .catch((error: unknown) => error);
  if (!(refused instanceof TokenError)) throw new Error('a made-up code was taken');
  const model: OAuthErrorModel | undefined = refused.modelOf(client.oAuth.getToken);
  if (model?.error !== 'invalid_grant') throw new Error('the model of the error is missing');
  console.log(JSON.stringify([names.length, typeof asset?.id, status]));
} catch (error) {
  if (error instanceof RateLimitError) console.log(error.resetAt?.toISOString());
  if (error instanceof ApiError) console.log(error.problems.map(({ code }) => code));
  throw error;
} finally {
  await sandbox.close();
}
