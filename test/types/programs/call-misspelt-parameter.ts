import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignsByAccountId({
  accountID: '1', // expect TS2561
});
client.campaign.getCampaignsByAccountId({
  accountId: '1',
  pagesize: 5, // expect TS2561
});
