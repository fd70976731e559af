import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignsByAccountId({
  accountId: 1, // expect TS2322
  limitToId: '2', // expect TS2322
  pageSize: '5', // expect TS2322
});
