import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignsByAccountId(
  { accountId: '1' },
  {
    timeout: 5_000, // expect TS2561
  },
);
client.campaign.getCampaignsByAccountId(
  { accountId: '1' },
  {
    retry: {
      retries: 5, // expect TS2353
    },
  },
);
