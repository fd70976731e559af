import { createClient } from '@criteo-sdk/retailmedia/2022-10';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

const answer = await client.campaign.getCampaignsByAccountId({ accountId: '1' }).withResponse();
const data = await client.campaign.getCampaignsByAccountId({ accountId: '1' });

export const { metadata } = answer; // expect TS2339
export const late = data.withResponse(); // expect TS2339
answer.status = 201; // expect TS2540
