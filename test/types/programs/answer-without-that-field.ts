import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

const page = await client.campaign.getCampaignsByAccountId({ accountId: '1' });
const token = await client.oAuth.getToken({
  grantType: 'client_credentials',
  clientId: 'id',
  clientSecret: 'secret',
});

export const { campaigns } = page; // expect TS2339
export const total = page.metadata.totalPages; // expect TS18048
export const attributes = page.data[0]?.attribute; // expect TS2551
export const value = token.accessToken; // expect TS2551
export const length = token.refresh_token?.length;
export const sameLength = token.refresh_token.length; // expect TS18049
