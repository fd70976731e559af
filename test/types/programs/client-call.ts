import {
  createClient,
  getCampaignsByAccountId,
  getCurrentApplication,
  type JsonApiPageResponseOfCampaign,
} from '@criteo-sdk/retailmedia/2022-10';
import { exact } from './exact.js';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

const page = await client.call(getCampaignsByAccountId, { accountId: '1' });
exact<typeof page, JsonApiPageResponseOfCampaign>('same');

const { status } = await client
  .call(getCampaignsByAccountId, { accountId: '1' }, { timeoutMs: 5_000 })
  .withResponse();
exact<typeof status, number>('same');

await client.call(getCurrentApplication);
await client.call(client.campaign.getCampaignsByAccountId.operation, { accountId: '1' });
