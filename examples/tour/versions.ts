import {
  AuthenticationApi,
  createClient as createMarketing,
  type InlineResponse200,
  createTransport as marketing,
} from '@criteo-sdk/marketing/v1';
import {
  createClient as createMarketingSolutions,
  type JwtModel,
  OAuthApi as MarketingSolutionsOAuth,
  createTransport as marketingSolutions,
} from '@criteo-sdk/marketingsolutions/2020-10';
import type { ClientBase, Logger } from '@criteo-sdk/retailmedia';
import {
  createClient as createRetailMedia,
  type AccessTokenModel as Model2022,
  OAuthApi as RetailMediaOAuth,
  createTransport as retailMedia,
} from '@criteo-sdk/retailmedia/2022-10';
import {
  createClient as createToday,
  type AccessTokenModel as ModelToday,
  OAuthApi as TodayOAuth,
  createTransport as today,
} from '@criteo-sdk/retailmedia/2026-07';
import type { SandboxCredentials } from '@criteo-sdk/sandbox';

/** A version of the API, and what the tour does with it; `C` is its client. */
export interface Version<C> {
  readonly product: string;
  readonly name: string;
  /** `grant` may be one that the version lacks: the compiler would say so, JavaScript hears it here. */
  readonly create: (
    options: SandboxCredentials & { readonly logger?: Logger; readonly grant?: never },
  ) => C;
  /** The token request by its class alone, as the vendor's own clients have it. */
  readonly ask: (app: SandboxCredentials) => PromiseLike<{ readonly expires_in?: number }>;
  /** Name of the type that `ask` gives. */
  readonly model: string;
  readonly listCall: string;
  /** What the list call gave. */
  readonly list: (client: C) => PromiseLike<string>;
}

/** What the clients of all versions have. */
export type AnyClient = Pick<ClientBase, 'close' | 'tokens'>;

export const MARKETING_V1: Version<ReturnType<typeof createMarketing>> = {
  product: 'marketing',
  name: 'v1',
  create: createMarketing,
  ask: (app): PromiseLike<InlineResponse200> =>
    new AuthenticationApi(marketing(app)).oAuth2TokenPost(pairOf(app)),
  model: 'InlineResponse200',
  listCall: 'getPortfolio',
  list: async ({ advertiser }) => `${(await advertiser.getPortfolio()).length} advertisers`,
};

export const MARKETING_SOLUTIONS_2020_10: Version<ReturnType<typeof createMarketingSolutions>> = {
  product: 'marketingsolutions',
  name: '2020-10',
  create: createMarketingSolutions,
  ask: (app): PromiseLike<JwtModel> =>
    new MarketingSolutionsOAuth(marketingSolutions(app)).createToken(pairOf(app)),
  model: 'JwtModel',
  listCall: 'getAdvertisers',
  list: async ({ advertiser }) => `${(await advertiser.getAdvertisers()).data?.length} advertisers`,
};

export const RETAIL_MEDIA_2022_10: Version<ReturnType<typeof createRetailMedia>> = {
  product: 'retailmedia',
  name: '2022-10',
  create: createRetailMedia,
  ask: (app): PromiseLike<Model2022> =>
    new RetailMediaOAuth(retailMedia(app)).getToken({ ...pairOf(app), grantType }),
  model: 'AccessTokenModel',
  listCall: 'getAccounts',
  list: async ({ account }) => `${totalOf(await account.getAccounts())} accounts`,
};

export const RETAIL_MEDIA_2026_07: Version<ReturnType<typeof createToday>> = {
  product: 'retailmedia',
  name: '2026-07',
  create: createToday,
  ask: (app): PromiseLike<ModelToday> =>
    new TodayOAuth(today(app)).getToken({ ...pairOf(app), grantType }),
  model: 'AccessTokenModel',
  listCall: 'getAccounts',
  list: async ({ account }) => `${totalOf(await account.getAccounts())} accounts`,
};

const grantType = 'client_credentials';

const pairOf = ({
  clientId,
  clientSecret,
}: SandboxCredentials): Pick<SandboxCredentials, 'clientId' | 'clientSecret'> => ({
  clientId,
  clientSecret,
});

/** How many items a list has on all its pages. */
const totalOf = (page: {
  readonly metadata?: { readonly totalItemsAcrossAllPages?: number | null } | null;
}): number | null | undefined => page.metadata?.totalItemsAcrossAllPages;
