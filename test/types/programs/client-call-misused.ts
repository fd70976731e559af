import { createClient, getCampaignsByAccountId } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.call(getCampaignsByAccountId); // expect TS2554
client.call(getCampaignsByAccountId, { pageSize: 5 }); // expect TS2741
client.call(getCampaignsByAccountId, {
  accountId: '1',
  timeoutMs: 5_000, // expect TS2353
});
client.call(client.campaign.getCampaignsByAccountId, { accountId: '1' }); // expect TS2345
client.call(getCampaignsByAccountId, {
  accountId: '1',
  pagesize: 5, // expect TS2561
});
