import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignsByAccountId({ pageSize: 5 }); // expect TS2741
client.campaign.getCampaignsByAccountId({}); // expect TS2741
client.campaign.getCampaignsByAccountId(); // expect TS2554
