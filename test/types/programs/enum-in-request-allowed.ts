import { createClient } from '@criteo-sdk/marketing/v1';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.analytics.getCampaignReport({
  body: {
    dimensions: ['Campaign', 'Day'],
    format: 'Csv',
  },
});
client.campaign.getCampaigns({ campaignStatus: 'Running' });
