import { createClient } from '@criteo-sdk/marketing/v1';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

client.analytics.getCampaignReport({
  body: {
    // expect-next TS2322
    dimensions: ['Campaign', 'Dya'],
    format: 'Pdf', // expect TS2322
  },
});
client.campaign.getCampaigns({
  campaignStatus: 'Frozen', // expect TS2322
});
