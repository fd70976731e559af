import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignsByAccountId({
  accountId: '1',
  timeoutMs: 5_000, // expect TS2353
});
client.gateway.getCurrentApplication({
  timeoutMs: 5_000, // expect TS2322
});
client.account.getAccounts({
  signal: AbortSignal.timeout(5_000), // expect TS2353
});
