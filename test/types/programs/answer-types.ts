import {
  type AccessTokenModel,
  createClient,
  type ExternalCampaign,
  type JsonApiPageResponseOfCampaign,
} from '@criteo-sdk/retailmedia/2022-10';
import { exact } from './exact.js';

const client = createClient({ clientId: 'id', clientSecret: 'secret' });

const page = await client.campaign.getCampaignsByAccountId({ accountId: '1' });
exact<typeof page, JsonApiPageResponseOfCampaign>('same');

const name = page.data?.[0]?.attributes?.name;
exact<typeof name, ExternalCampaign['name'] | undefined>('same');

const token = await client.oAuth.getToken({
  grantType: 'client_credentials',
  clientId: 'id',
  clientSecret: 'secret',
});
exact<typeof token, AccessTokenModel>('same');
exact<typeof token.refresh_token, string | null | undefined>('same');
exact<typeof token.expires_in, number | undefined>('same');

const file = await client.catalog.getCatalogOutput({ catalogId: '1' });
exact<typeof file, Uint8Array>('same');

const nothing = await client.lineItem.pausePromotedProducts({ lineItemId: '1' });
exact<typeof nothing, undefined>('same');

const unknown = await client.request({ method: 'GET', path: '/me' });
exact<typeof unknown, unknown>('same');

const named = await client.request<AccessTokenModel>({ method: 'GET', path: '/me' });
exact<typeof named, AccessTokenModel>('same');
