import { readFileSync } from 'node:fs';
import { createClient as createCommerceGridToday } from '@criteo-sdk/commercegrid/2026-07';
import { createClient as createMarketing } from '@criteo-sdk/marketing/v1';
import { createClient as createMarketingSolutions } from '@criteo-sdk/marketingsolutions/2020-10';
import { createClient as createMarketingSolutionsToday } from '@criteo-sdk/marketingsolutions/2026-07';
import {
  AuthenticationError,
  createConsent,
  RateLimitError,
  ResponseError,
  readConsentCallback,
  runJob,
  SdkError,
  TokenError,
} from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2022-10';
import { createClient as createToday } from '@criteo-sdk/retailmedia/2026-07';
import { type Sandbox, type SandboxOptions, startSandbox } from '@criteo-sdk/sandbox';

/*
 * npm run test:assumptions: each behaviour that no document confirms (specs/assumptions.json) is
 * flipped in the sandbox, and everything is run once. It must work, or fail with an error that
 * names the assumption.
 */

interface Assumption {
  readonly id: NonNullable<SandboxOptions['flip']>[number];
  readonly claim: string;
}

type Scenario = (sandbox: Sandbox) => Promise<void>;

const quiet = { logLevel: 'off' } as const;
const REDIRECT_URI = 'https://app.example/back';

const expectError = async (
  work: () => Promise<unknown>,
  kind: new (...args: never[]) => Error,
): Promise<void> => {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof kind)) throw error ?? new Error(`no ${kind.name} came`);
};

/** The browser's part: follows the consent page to the redirect URI. */
const consented = async (
  sandbox: Sandbox,
): Promise<{ client: ReturnType<typeof createClient> }> => {
  const credentials = sandbox.credentials('retailmedia/2022-10');
  const consent = await createConsent({
    clientId: credentials.clientId,
    redirectUri: REDIRECT_URI,
    pkce: false,
    consentUrl: sandbox.consentUrl,
  });
  const page = await fetch(consent.url, { redirect: 'manual' });
  const { code } = readConsentCallback(page.headers.get('location') ?? '', consent);
  return {
    client: createClient({
      ...credentials,
      ...quiet,
      grant: { type: 'authorization_code', code, redirectUri: REDIRECT_URI },
    }),
  };
};

/** The same with PKCE, as the versions of 2026 have it. */
const consentedToday = async (
  sandbox: Sandbox,
): Promise<{ client: ReturnType<typeof createToday> }> => {
  const credentials = sandbox.credentials('retailmedia/2026-07');
  const { codeVerifier = '', ...consent } = await createConsent({
    clientId: credentials.clientId,
    redirectUri: REDIRECT_URI,
    consentUrl: sandbox.consentUrl,
  });
  const page = await fetch(consent.url, { redirect: 'manual' });
  const { code } = readConsentCallback(page.headers.get('location') ?? '', consent);
  return {
    client: createToday({
      ...credentials,
      ...quiet,
      grant: { type: 'authorization_code', code, redirectUri: REDIRECT_URI, codeVerifier },
    }),
  };
};

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a call in each generation': async (sandbox) => {
    await createMarketing({
      ...sandbox.credentials('marketing/v1'),
      ...quiet,
    }).advertiser.getPortfolio();
    await createMarketingSolutions({
      ...sandbox.credentials('marketingsolutions/2020-10'),
      ...quiet,
    }).advertiser.getAdvertisers();
    await createClient({
      ...sandbox.credentials('retailmedia/2022-10'),
      ...quiet,
    }).account.getAccounts({ pageSize: 5 });
  },
  'a call of each product of today': async (sandbox) => {
    for (const [product, create] of [
      ['commercegrid', createCommerceGridToday],
      ['marketingsolutions', createMarketingSolutionsToday],
      ['retailmedia', createToday],
    ] as const) {
      const credentials = sandbox.credentials(`${product}/2026-07`);
      await create({ ...credentials, ...quiet }).gateway.getCurrentApplication();
    }
  },
  'a token that expires': async (sandbox) => {
    const client = createClient({ ...sandbox.credentials('retailmedia/2022-10'), ...quiet });
    await client.gateway.getCurrentApplication();
    sandbox.clock.tick('20m');
    await client.gateway.getCurrentApplication();
  },
  'a wrong secret in each generation': async (sandbox) => {
    const wrong = { ...quiet, clientSecret: 'not the secret' };
    await expectError(
      () => createMarketing({ ...sandbox.credentials('marketing/v1'), ...wrong }).tokens.get(),
      TokenError,
    );
    await expectError(
      () =>
        createMarketingSolutions({
          ...sandbox.credentials('marketingsolutions/2020-10'),
          ...wrong,
        }).tokens.get(),
      TokenError,
    );
    await expectError(
      () => createClient({ ...sandbox.credentials('retailmedia/2022-10'), ...wrong }).tokens.get(),
      TokenError,
    );
  },
  'a token that is refused for good': async (sandbox) => {
    const foreign = createClient({ ...sandbox.credentials('retailmedia/2022-10'), ...quiet });
    const token = await foreign.tokens.get();
    sandbox.reset();
    const tokens = { get: async () => token, invalidate: () => {} };
    await expectError(
      () =>
        createClient({
          ...sandbox.credentials('retailmedia/2022-10'),
          ...quiet,
          tokens,
        }).account.getAccounts(),
      AuthenticationError,
    );
  },
  'a budget that is used up': async (sandbox) => {
    sandbox.setBudget({ limit: 2, windowMs: 1_500 });
    const client = createClient({ ...sandbox.credentials('retailmedia/2022-10'), ...quiet });
    for (let i = 0; i < 3; i += 1) await client.gateway.getCurrentApplication();
    sandbox.setBudget({ limit: 0, windowMs: 3_600_000 });
    await expectError(() => client.gateway.getCurrentApplication(), RateLimitError);
  },
  'a consent, its code, and two refreshes': async (sandbox) => {
    const { client } = await consented(sandbox);
    await client.account.getAccounts();
    for (let i = 0; i < 2; i += 1) {
      sandbox.clock.tick('20m');
      client.tokens.invalidate((await client.tokens.get()).value);
      await client.account.getAccounts();
    }
  },
  'a consent with PKCE, its code, and a refresh': async (sandbox) => {
    const { client } = await consentedToday(sandbox);
    await client.account.getAccounts();
    client.tokens.invalidate((await client.tokens.get()).value);
    await client.account.getAccounts();
  },
  'a report, held against its checksum': async (sandbox) => {
    const client = createToday({ ...sandbox.credentials('retailmedia/2026-07'), ...quiet });
    const attributes = { startDate: '2026-11-01T00:00:00Z', endDate: '2026-11-07T00:00:00Z' };
    const body = { data: { type: 'report', attributes } };
    const options = { intervalMs: 1 };
    await (await runJob(client.analytics.requestRevenueReport, { body }, options)).bytes();
    sandbox.nextJob('wrong-checksum');
    const wrong = await runJob(client.analytics.requestRevenueReport, { body }, options);
    await expectError(() => wrong.bytes(), ResponseError);
  },
  'a consent that is refused': async (sandbox) => {
    sandbox.consent.denyNext();
    await expectError(() => consented(sandbox), TokenError);
    sandbox.consent.denyNext();
    await consented(sandbox).catch((error: unknown) => {
      if (!(error instanceof TokenError && error.code === 'access_denied')) throw error;
    });
  },
};

/** `undefined` if it worked; else what went wrong. */
const attempt = async (scenario: Scenario, flip: SandboxOptions['flip']): Promise<unknown> => {
  const sandbox = await startSandbox(flip ? { flip } : {});
  try {
    await scenario(sandbox);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await sandbox.close();
  }
};

const isNamed = (error: unknown, id: string): boolean =>
  error instanceof SdkError && `${error.message} ${error.hint}`.includes(`assumption ${id}`);

const assumptions = JSON.parse(
  readFileSync(new URL('../../specs/assumptions.json', import.meta.url), 'utf8'),
) as Assumption[];
let failed = 0;
let passed = 0;

const row = async (
  label: string,
  id: string | undefined,
  flip: SandboxOptions['flip'],
): Promise<void> => {
  const named: string[] = [];
  const wrong: string[] = [];
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    const error = await attempt(scenario, flip);
    if (error === undefined) continue;
    if (id !== undefined && isNamed(error, id)) named.push(name);
    else wrong.push(`${name}: ${String(error)}`);
  }
  if (wrong.length > 0) failed += 1;
  else passed += 1;
  const verdict =
    wrong.length > 0
      ? 'FAILED'
      : named.length > 0
        ? `named in the error (${named.join('; ')})`
        : 'works';
  console.log(`${label.padEnd(26)} ${verdict}`);
  for (const text of wrong) console.log(`    ${text}`);
};

// The sandbox names its assumptions when it is asked for one that it has not.
const known: string[] = await startSandbox({ flip: ['?' as never] }).then(
  () => [],
  (error: unknown) => String(error).match(/[a-z0-9]+(?:-[a-z0-9]+)+/g) ?? [],
);
const listed: string[] = assumptions.map(({ id }) => id);
const unlisted = [
  ...known.filter((id) => !listed.includes(id)),
  ...listed.filter((id) => !known.includes(id)),
];
if (unlisted.length > 0) {
  failed += 1;
  console.log(`FAILED specs/assumptions.json and the sandbox differ in: ${unlisted.join(', ')}`);
}

console.log(`${'assumption, flipped'.padEnd(26)} the client`);
await row('(none)', undefined, undefined);
for (const { id } of assumptions) await row(id, id, [id]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
