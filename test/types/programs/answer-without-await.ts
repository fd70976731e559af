import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

export const { data } = client.campaign.getCampaignsByAccountId({ accountId: '1' }); // expect TS2339
