import type { Answer, Problem } from '@criteo-sdk/retailmedia';
import { createClient, type JsonApiPageResponseOfCampaign } from '@criteo-sdk/retailmedia/2022-10';
import { exact } from './exact.js';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

const call = client.campaign.getCampaignsByAccountId({ accountId: '1' });
const answer = await call.withResponse();

exact<typeof answer, Answer<JsonApiPageResponseOfCampaign>>('same');
exact<typeof answer.data, JsonApiPageResponseOfCampaign>('same');
exact<typeof answer.status, number>('same');
exact<typeof answer.headers, Readonly<Record<string, string>>>('same');
exact<typeof answer.warnings, readonly Problem[]>('same');
exact<typeof answer.traceId, string | undefined>('same');
exact<typeof answer.attempts, number>('same');
