import { createClient } from '@criteo-sdk/retailmedia/2026-07';

// Made once for each instance of the function: a warm start finds its token and its connection there.
const client = createClient({
  clientId: process.env.CRITEO_CLIENT_ID ?? '',
  clientSecret: async () => process.env.CRITEO_CLIENT_SECRET ?? '',
  baseUrl: process.env.CRITEO_BASE_URL,
  allowLoopbackHttp: true,
});

export const handler = async (event: { readonly pageSize: number }): Promise<object> => {
  const { data } = await client.account.getAccounts({ pageSize: event.pageSize });
  const assetFile = new File(['an asset of é bytes'], 'asset.png', { type: 'image/png' });
  const asset = await client.creative.createAsset({ assetFile });
  return { statusCode: 200, accounts: data.length, asset: asset.data?.id !== undefined };
};
