import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignByAccountId({ accountId: '1' }); // expect TS2551
client.campaigns.getCampaignsByAccountId({ accountId: '1' }); // expect TS2551
