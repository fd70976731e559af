import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.campaign.getCampaignsByAccountId({ accountId: '1' });
client.campaign.getCampaignsByAccountId({ accountId: '1', limitToId: ['2'], pageIndex: undefined });
client.campaign.getCampaignsByAccountId(
  { accountId: '1' },
  { timeoutMs: 5_000, retry: { limit: 0 } },
);
client.gateway.getCurrentApplication();
client.gateway.getCurrentApplication({}, { signal: AbortSignal.timeout(5_000) });
client.request({ method: 'GET', path: '/me' }, { headers: { accept: 'text/plain' } });

const { getCampaignsByAccountId } = client.campaign;
getCampaignsByAccountId({ accountId: '1' });
