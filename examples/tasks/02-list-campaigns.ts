// All campaigns of an account, however many pages they are.
import { paginate } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { connection } from './connection.ts';

const retailMedia = createClient(connection);
const accountId = '10007';
for await (const campaign of paginate(retailMedia.campaign.getCampaignsByAccountId, { accountId }))
  console.log(campaign.id, campaign.attributes?.name);
