import {
  AuthenticationApi,
  createClient as createMarketing,
  createTransport as marketing,
} from '@criteo-sdk/marketing/v1';
import {
  createClient as createMarketingSolutions,
  OAuthApi as MarketingSolutionsOAuth,
  createTransport as marketingSolutions,
} from '@criteo-sdk/marketingsolutions/2020-10';
import {
  ConfigError,
  createConsent,
  PermissionError,
  paginate,
  readConsentCallback,
  runJob,
  SdkError,
  TokenError,
} from '@criteo-sdk/retailmedia';
import {
  createClient as createRetailMedia,
  OAuthApi as RetailMediaOAuth,
  createTransport as retailMedia,
} from '@criteo-sdk/retailmedia/2022-10';
import { createClient as createToday } from '@criteo-sdk/retailmedia/2026-07';
import type { Sandbox } from '@criteo-sdk/sandbox';
import { masked, say } from './print.ts';

/** What one generation of the API showed. */
export interface Generation {
  readonly product: string;
  readonly version: string;
  /** The token operation that the server saw. */
  readonly operation: string | null;
  /** The type of its answer. */
  readonly model: string;
  /** The grants that a client of this version takes. */
  readonly grants: readonly string[];
}

export interface Tour {
  readonly sandbox: Sandbox;
  readonly generations: Generation[];
}

export interface Step {
  readonly name: string;
  readonly title: string;
  /** Do the calls of this step count in the figures? Those that show errors do not. */
  readonly countsCalls: boolean;
  /** Throws if what it shows is not so; `broken` sabotages it. */
  run(tour: Tour, broken: boolean): Promise<void>;
}

const check = (isSo: boolean, otherwise: string): void => {
  if (!isSo) throw new Error(otherwise);
};

const GRANTS = [
  { type: 'client_credentials' },
  { type: 'authorization_code', code: 'a code', redirectUri: 'https://app.example/back' },
  { type: 'refresh_token', refreshToken: 'a refresh token' },
] as const;

/** Which grants a version's client takes: it refuses the others before anything is sent. */
const grantsOf = (create: (grant: never) => unknown): string[] =>
  GRANTS.flatMap((grant) => {
    try {
      create(grant as never);
      return [grant.type];
    } catch (error) {
      if (error instanceof ConfigError) return [];
      throw error;
    }
  });

const tokens: Step = {
  name: 'tokens',
  title: 'Three generations, three token models, one token',
  countsCalls: true,
  run: async ({ sandbox, generations }, broken) => {
    if (broken) sandbox.forbid('getPortfolio');
    const v1 = sandbox.credentials('marketing/v1');
    const ms = sandbox.credentials('marketingsolutions/2020-10');
    const rm = sandbox.credentials('retailmedia/2022-10');
    const marketingClient = createMarketing(v1);
    const marketingSolutionsClient = createMarketingSolutions(ms);
    const retailMediaClient = createRetailMedia(rm);
    const rows = [
      {
        product: 'marketing',
        version: 'v1',
        model: 'InlineResponse200',
        client: marketingClient,
        grants: grantsOf((grant) => createMarketing({ ...v1, grant, logLevel: 'off' })),
        raw: () =>
          new AuthenticationApi(marketing(v1)).oAuth2TokenPost({
            clientId: v1.clientId,
            clientSecret: v1.clientSecret,
          }),
        call: async () =>
          `getPortfolio: ${(await marketingClient.advertiser.getPortfolio()).length} advertisers`,
      },
      {
        product: 'marketingsolutions',
        version: '2020-10',
        model: 'JwtModel',
        client: marketingSolutionsClient,
        grants: grantsOf((grant) => createMarketingSolutions({ ...ms, grant, logLevel: 'off' })),
        raw: () =>
          new MarketingSolutionsOAuth(marketingSolutions(ms)).createToken({
            clientId: ms.clientId,
            clientSecret: ms.clientSecret,
          }),
        call: async () =>
          `getAdvertisers: ${(await marketingSolutionsClient.advertiser.getAdvertisers()).data?.length} advertisers`,
      },
      {
        product: 'retailmedia',
        version: '2022-10',
        model: 'AccessTokenModel',
        client: retailMediaClient,
        grants: grantsOf((grant) => createRetailMedia({ ...rm, grant, logLevel: 'off' })),
        raw: () =>
          new RetailMediaOAuth(retailMedia(rm)).getToken({
            clientId: rm.clientId,
            clientSecret: rm.clientSecret,
            grantType: 'client_credentials',
          }),
        call: async () =>
          `getAccounts: ${(await retailMediaClient.account.getAccounts({ pageSize: 25 })).metadata?.totalItemsAcrossAllPages} accounts`,
      },
    ];
    for (const { product, version, model, client, grants, raw, call } of rows) {
      const answer = await raw();
      const operation = sandbox.calls(({ tokenRequest }) => tokenRequest).at(-1)?.operation ?? null;
      say(`${product}/${version}`);
      say(`  as ${operation} answered (${model}): ${masked(answer)}`);
      const token = await client.tokens.get();
      say(`  as you get it: ${token}, type ${token.tokenType}; grants: ${grants.join(', ')}`);
      say(`  ${await call()}`);
      generations.push({ product, version, operation, model, grants });
    }
  },
};

const REDIRECT_URI = 'https://app.example/back';

const consent: Step = {
  name: 'consent',
  title: 'A user consents: code, token, and refresh tokens that rotate (Retail Media)',
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    const credentials = sandbox.credentials('retailmedia/2026-07');
    const begun = await createConsent({
      clientId: credentials.clientId,
      redirectUri: REDIRECT_URI,
      consentUrl: sandbox.consentUrl,
    });
    const page = await fetch(begun.url, { redirect: 'manual' });
    const { code } = readConsentCallback(page.headers.get('location') ?? '', begun);
    say(`the browser came back with a code of ${code.length} characters and the right state`);
    const client = createToday({
      ...credentials,
      grant: {
        type: 'authorization_code',
        code: broken ? 'another code' : code,
        redirectUri: REDIRECT_URI,
        codeVerifier: begun.codeVerifier,
      },
    });
    const seen: (string | undefined)[] = [];
    for (let round = 0; round < 3; round += 1) {
      const token = await client.tokens.get();
      seen.push(token.refreshToken);
      await client.account.getAccounts();
      say(
        `${round === 0 ? 'code' : 'refresh'}: ${token}, refresh token …${token.refreshToken?.slice(-6)}`,
      );
      client.tokens.invalidate(token.value);
    }
    check(new Set(seen).size === 3, 'the refresh token did not rotate');
    client.close();
  },
};

const COLD_CALLS = 1_000;

const herd: Step = {
  name: 'herd',
  title: `${COLD_CALLS.toLocaleString('en')} calls at once on a cold client`,
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    const client = createToday(sandbox.clientOptions);
    const strangers = broken ? [createToday(sandbox.clientOptions)] : [];
    const all = Array.from({ length: COLD_CALLS }, () => client.gateway.getCurrentApplication());
    await Promise.all([
      ...all,
      ...strangers.map((stranger) => stranger.gateway.getCurrentApplication()),
    ]);
    const seen = sandbox.calls();
    const tokenRequests = seen.filter(({ tokenRequest }) => tokenRequest).length;
    say(
      `the server saw ${seen.length - tokenRequests} calls and ${tokenRequests} token request${tokenRequests === 1 ? '' : 's'}`,
    );
    check(tokenRequests === 1, `${tokenRequests} token requests where one was enough`);
    client.close();
  },
};

const everyday: Step = {
  name: 'everyday',
  title: 'A list to its end, and a report from request to rows',
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    const client = createToday(sandbox.clientOptions);
    const all = Number.POSITIVE_INFINITY;
    const accounts = await paginate(client.account.getAccounts).toArray({ limit: all });
    say(`${accounts.length} accounts in ${sandbox.calls('getAccounts').length} pages`);
    if (broken) sandbox.nextJob('wrong-checksum');
    const states: string[] = [];
    const report = await runJob(
      client.analytics.requestRevenueReport,
      { body: { data: { attributes: REVENUE, type: 'report' } } },
      { intervalMs: 100, onProgress: ({ state, bytes }) => bytes ?? states.push(state) },
    );
    let rows = 0;
    for await (const _row of report.rows()) rows += 1;
    say(
      `report ${report.id}: ${states.join(' → ')}, ${rows} rows, ${report.totalBytes} bytes, as its checksum says`,
    );
    check(rows === report.rowCount, `${rows} rows came of ${report.rowCount}`);
    client.close();
  },
};

const REVENUE = {
  startDate: '2026-11-01T00:00:00Z',
  endDate: '2026-11-07T00:00:00Z',
  format: 'csv',
} as const;

const succeeded = (): boolean => true;
const failed = (): boolean => false;

const STEADY_MS = 5_000;

const expiry: Step = {
  name: 'expiry',
  title: 'Tokens that live 3 seconds, under steady calls',
  countsCalls: true,
  run: async ({ sandbox }, broken) => {
    sandbox.setTokenLifetime(3_000);
    const client = createToday(sandbox.clientOptions);
    const endsAt = performance.now() + STEADY_MS;
    const running: Promise<boolean>[] = [];
    while (performance.now() < endsAt) {
      running.push(client.gateway.getCurrentApplication().then(succeeded, failed));
      if (broken) sandbox.forbid('getCurrentApplication');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const failures = (await Promise.all(running)).filter((isDone) => !isDone).length;
    const seen = sandbox.calls();
    const tokenRequests = seen.filter(({ tokenRequest }) => tokenRequest).length;
    const refused = seen.filter(({ status }) => status === 401).length;
    say(
      `${running.length} calls in ${STEADY_MS / 1000} s: ${failures} failed; ${tokenRequests} tokens, ${refused} calls met an expired one`,
    );
    check(failures === 0, `${failures} calls failed`);
    check(tokenRequests >= 3, `${tokenRequests} tokens: they did not expire`);
    client.close();
  },
};

const shown = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof SdkError) {
      say(`${error.name}: ${error.message}`);
      if (error.hint) say(`  hint: ${error.hint}`);
    }
    return error;
  }
  throw new Error('no error came');
};

const wrongSecret: Step = {
  name: 'wrong-secret',
  title: 'A wrong secret',
  countsCalls: false,
  run: async ({ sandbox }, broken) => {
    const { clientSecret, ...rest } = sandbox.clientOptions;
    const client = createToday({
      ...rest,
      clientSecret: broken ? clientSecret : 'not the secret',
    });
    const error = await shown(() => client.account.getAccounts());
    check(
      error instanceof TokenError && error.code === 'invalid_client',
      'it is not told as what it is',
    );
  },
};

const wrongGrant: Step = {
  name: 'wrong-grant',
  title: 'A grant that the version does not have (a compile error; and for JavaScript:)',
  countsCalls: false,
  run: async ({ sandbox }, broken) => {
    const grant = broken ? GRANTS[0] : GRANTS[1];
    const error = await shown(() =>
      createMarketing({ ...sandbox.credentials('marketing/v1'), grant: grant as never }),
    );
    check(error instanceof ConfigError, 'it is not told as what it is');
    check(sandbox.calls().length === 0, 'something was sent');
  },
};

const forbidden: Step = {
  name: 'forbidden',
  title: 'An operation that the app may not use',
  countsCalls: false,
  run: async ({ sandbox }, broken) => {
    if (!broken) sandbox.forbid('getAccounts');
    const client = createToday(sandbox.clientOptions);
    const error = await shown(() => client.account.getAccounts());
    check(error instanceof PermissionError && error.status === 403, 'it is not told as what it is');
    check(sandbox.calls(({ tokenRequest }) => tokenRequest).length === 1, 'it cost a second token');
  },
};

export const STEPS: readonly Step[] = [
  tokens,
  consent,
  herd,
  expiry,
  everyday,
  wrongSecret,
  wrongGrant,
  forbidden,
];
