import { createClient } from '@criteo-sdk/marketing/v1';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });
const [campaign] = await client.campaign.getCampaigns();

export const isFrozen = campaign?.campaignStatus === 'Frozen';
export const isRunning = campaign?.campaignStatus === 'Running';

switch (campaign?.campaignStatus) {
  case 'Archived':
  case 'Thawing':
    break;
}
