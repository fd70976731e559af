import { ApiError, createConsent, readConsentCallback } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTap } from '../wire/tap.js';
import { everyOperation, VERSIONS } from './operations.js';

const sandbox = await startSandbox();
const tap = await startTap(sandbox.url);
afterAll(async () => {
  tap.close();
  await sandbox.close();
});

describe('a server for tests', () => {
  it.each(VERSIONS)('20: baseUrl covers the token endpoint of $name, too', async ({ name }) => {
    const operations = await everyOperation((version) => tap.through(sandbox.credentials(version)));
    const first = tap.exchanges.length;
    await operations
      .find(({ version, model }) => version === name && !model.isPublic)
      ?.call()
      .catch(() => {});
    const [token, call, ...others] = tap.exchanges.slice(first);
    expect(others).toEqual([]);
    expect(token).toMatchObject({ path: expect.stringMatching(/\/oauth2\/token$/), status: 200 });
    const { access_token } = JSON.parse(String(token?.answer));
    expect(call?.headers.authorization).toBe(`Bearer ${access_token}`);
  });
});

describe('its memory', () => {
  const options = { ...sandbox.clientOptions, logLevel: 'off', retry: { limit: 0 } } as const;
  const clients: { close(): void }[] = [];
  const connect = (more: object = {}): ReturnType<typeof createClient> => {
    const client = createClient({ ...options, ...more });
    clients.push(client);
    return client;
  };

  beforeEach(() => sandbox.reset());
  afterAll(() => {
    for (const client of clients) client.close();
  });

  it('20: knows the tokens that it gave, until their time is over', async () => {
    const client = connect();
    const { value, expiresAt } = await client.tokens.get();
    expect(await statusOf(value)).toBe(200);
    const forged = value.replace(/.(?=.{9}$)/, (char) => (char === 'a' ? 'b' : 'a'));
    expect(await statusOf(forged)).toBe(401);
    expect(expiresAt.getTime()).toBeGreaterThan(sandbox.clock.now().getTime());
    sandbox.clock.tick('16m');
    expect(await statusOf(value)).toBe(401);
  });

  it('20: counts what its budget has left, call by call', async () => {
    sandbox.setBudget({ limit: 2, windowMs: 60_000 });
    // It would wait for room.
    const client = connect({ rateLimit: false });
    await client.account.getAccounts();
    await client.account.getAccounts();
    await expect(client.account.getAccounts()).rejects.toMatchObject({ status: 429, remaining: 0 });
    sandbox.clock.tick('60s');
    await client.account.getAccounts();
  });

  it('20: keeps a consent from its page to its end', async () => {
    const redirectUri = 'https://example.com/back';
    const { clientId } = options;
    const consent = await createConsent({ clientId, redirectUri, consentUrl: sandbox.consentUrl });
    const page = await fetch(consent.url, { redirect: 'manual' });
    const { code } = readConsentCallback(page.headers.get('location') ?? '', consent);
    const grant = {
      type: 'authorization_code',
      code,
      redirectUri,
      codeVerifier: consent.codeVerifier,
    };
    const client = connect({ grant });
    await client.account.getAccounts();
    sandbox.revoke();
    await expect(client.account.getAccounts()).rejects.toBeInstanceOf(ApiError);
    await expect(connect({ grant }).tokens.get()).rejects.toMatchObject({ code: 'invalid_grant' });
  });
});

const statusOf = async (token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await fetch(`${sandbox.url}/2026-07/retail-media/accounts`, { headers });
  return status;
};
