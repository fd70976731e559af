import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AccessToken } from '../src/access-token.js';
import type { Client, ClientOptions } from '../src/client-options.js';
import { ConfigError, ConnectionError, type SdkError } from '../src/errors.js';
import type { ClientCredentials } from '../src/grants.js';
import { proxyFromEnv } from '../src/node/proxy.js';
import type { Environment } from '../src/node/proxy-rules.js';
import { createThing, fails, getThing, perTest, SECRET } from './api.js';
import { cert, closers, startApi, startProxy, type TestProxy } from './proxy-world.js';

const setUp = perTest();

const before = tls.getCACertificates('default');
beforeAll(() => tls.setDefaultCACertificates([...before, cert]));
afterAll(() => tls.setDefaultCACertificates(before));
afterEach(() => vi.unstubAllEnvs());

const CREDENTIALS = 'user:canary%20pass';
const urlOf = ({ port }: TestProxy): string => `http://${CREDENTIALS}@127.0.0.1:${port}`;

/** A client of an https API on this machine, over the proxy of an environment. */
const clientOf = async (
  port: number,
  env: Environment,
  {
    host = 'localhost',
    ...more
  }: { host?: string } & Partial<ClientOptions<ClientCredentials>> = {},
): Promise<Client<object>> => {
  const { connect } = await setUp(() => {});
  const client = connect({
    baseUrl: `https://${host}:${port}`,
    axios: proxyFromEnv(env),
    retry: { limit: 0 },
    ...more,
  });
  closers.push(() => client.close());
  return client;
};

describe('proxyFromEnv', () => {
  it('calls the API through a tunnel, in which the proxy reads nothing', async () => {
    const [api, proxy] = [await startApi(), await startProxy()];
    const client = await clientOf(api.port, { HTTPS_PROXY: urlOf(proxy) });
    expect(await client.call(createThing, { body: { text: 'x'.repeat(300_000) } })).toMatchObject({
      name: 'a',
    });
    expect(api.seen[1]?.headers.authorization).toBe('Bearer canary-token');
    expect(api.seen[1]?.body).toHaveLength(300_011);
    const authorization = `Basic ${Buffer.from('user:canary pass').toString('base64')}`;
    const target = `localhost:${api.port}`;
    // One for the token, one for the call.
    expect(proxy.asked).toEqual([
      { target, authorization },
      { target, authorization },
    ]);
    expect(proxy.bytes().length).toBeGreaterThan(300_000);
    for (const secret of ['canary-token', SECRET, encodeURIComponent(SECRET), 'Bearer'])
      expect(proxy.bytes()).not.toContain(secret);
    for (const { headers } of api.seen) expect(headers).not.toHaveProperty('proxy-authorization');
  });

  it('checks the certificate of the API itself: a name that it does not have is refused', async () => {
    const [api, proxy] = [await startApi(), await startProxy()];
    const client = await clientOf(
      api.port,
      { HTTPS_PROXY: urlOf(proxy) },
      {
        host: 'api.example.com',
      },
    );
    const error = await fails(client.call(getThing, { id: '1' }));
    expect(error).toMatchObject({
      name: 'TokenError',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(proxy.asked[0]?.target).toBe(`api.example.com:${api.port}`);
    expect(api.seen).toEqual([]);
  });

  it('opens at most 64 tunnels at once, and keeps them for later calls', async () => {
    const [api, proxy] = [await startApi({ delayMs: 5 }), await startProxy()];
    const client = await clientOf(api.port, { HTTPS_PROXY: urlOf(proxy) });
    for (const times of [200, 1])
      await Promise.all(Array.from({ length: times }, () => client.call(getThing, { id: '1' })));
    expect(api.sockets.size).toBeLessThanOrEqual(64 + 1);
    expect(proxy.asked).toHaveLength(api.sockets.size);
  });

  it.each([
    ['407 Proxy Authentication Required', 'wants credentials, or other ones: 407', false],
    ['403 Forbidden', 'refused to open a tunnel: 403', true],
    ['nonsense', 'answered with what is no HTTP', true],
  ])(
    'fails with the proxy’s host and status when it says %s',
    async (refusal, words, retryable) => {
      const [api, proxy] = [await startApi(), await startProxy(refusal)];
      const client = await clientOf(api.port, { HTTPS_PROXY: urlOf(proxy) });
      const { cause } = (await fails(client.call(getThing, { id: '1' }))) as SdkError;
      expect(cause).toBeInstanceOf(ConnectionError);
      expect(cause).toMatchObject({ retryable, attempts: retryable ? 3 : 1 });
      expect((cause as Error).message).toContain(`the proxy 127.0.0.1:${proxy.port} ${words}`);
      expect(JSON.stringify(cause) + String((cause as Error).stack)).not.toMatch(/canary|user/);
      expect(api.seen).toEqual([]);
    },
  );

  it('fails when nobody listens at the proxy', async () => {
    const api = await startApi();
    const client = await clientOf(api.port, { HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:1` });
    const { cause } = (await fails(client.call(getThing, { id: '1' }))) as SdkError;
    expect(cause).toMatchObject({ name: 'ConnectionError', code: 'ECONNREFUSED', retryable: true });
    expect((cause as Error).message).toContain('the proxy 127.0.0.1:1 cannot be reached');
    expect(String((cause as Error).stack)).not.toContain('canary');
  });

  it('lets go of a proxy that answers nothing when the call is aborted', async () => {
    const [api, proxy] = [await startApi(), await startProxy('silence')];
    const client = await clientOf(api.port, { HTTPS_PROXY: urlOf(proxy) });
    const started = performance.now();
    const signal = AbortSignal.timeout(50);
    expect(await fails(client.call(getThing, { id: '1' }, { signal }))).toBe(signal.reason);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('gives a proxy that answers nothing a limit, and says that nothing was sent', async () => {
    const [api, proxy] = [await startApi(), await startProxy('silence')];
    const client = await clientOf(
      api.port,
      { HTTPS_PROXY: urlOf(proxy) },
      { connectTimeoutMs: 50 },
    );
    const error = (await fails(client.call(createThing, { body: {} }))) as SdkError;
    expect(error.outcome).toBe('not-sent');
    expect(error.cause).toMatchObject({
      name: 'TimeoutError',
      outcome: 'not-sent',
      message: `token failed: the proxy 127.0.0.1:${proxy.port} opened no tunnel within 50 ms.`,
    });
  });

  it.each([1_000, 60_000, 900_000, 5_000_000])(
    'loses nothing of %i bytes that end with the connection',
    async (size) => {
      const [api, proxy] = [await startApi({ text: 'x'.repeat(size) }), await startProxy()];
      const token = new AccessToken({ value: 't', tokenType: 'Bearer', expiresAt: new Date(2e12) });
      const tokens = { get: async () => token, invalidate: () => {} };
      const client = await clientOf(api.port, { HTTPS_PROXY: urlOf(proxy) }, { tokens });
      expect(await client.call(getThing, { id: '1' })).toHaveProperty('text.length', size);
    },
  );

  it.each<[string, Environment, number]>([
    ['without a variable', {}, 0],
    ['for a host in NO_PROXY', { NO_PROXY: 'localhost' }, 0],
    ['with HTTP_PROXY alone', { HTTP_PROXY: 'http://127.0.0.1:1' }, 0],
  ])('calls directly %s', async (_what, env, tunnels) => {
    const [api, proxy] = [await startApi(), await startProxy()];
    const isNamed = 'NO_PROXY' in env;
    const client = await clientOf(api.port, isNamed ? { ...env, https_proxy: urlOf(proxy) } : env);
    await client.call(getThing, { id: '1' });
    expect(api.seen).toHaveLength(2);
    expect(proxy.asked).toHaveLength(tunnels);
  });

  it.each([
    'socks5://user:canary@127.0.0.1:1',
    'http://user:canary%@127.0.0.1',
    'http://',
    '::canary',
  ])('refuses the proxy %s without showing it', (HTTPS_PROXY) => {
    const make = (): unknown => proxyFromEnv({ HTTPS_PROXY });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/^(?!.*canary).*HTTPS_PROXY cannot be used/);
  });
});

describe('a connection that fails without a proxy', () => {
  const hintOf = async (options: object): Promise<string | undefined> => {
    const { connect } = await setUp(() => {});
    const client = connect({ baseUrl: 'https://127.0.0.1:1', retry: { limit: 0 }, ...options });
    return ((await fails(client.call(getThing, { id: '1' }))) as SdkError).hint;
  };

  it('says so when the environment names one', async () => {
    vi.stubEnv('HTTPS_PROXY', `http://${CREDENTIALS}@proxy.example`);
    vi.stubEnv('NO_PROXY', '');
    const hint = await hintOf({});
    expect(hint).toMatch(/HTTPS_PROXY is set.*not used silently.*proxyFromEnv\(\)/);
    expect(hint).not.toContain('canary');
  });

  it('says nothing of it when there is none, when it is not for this host, or when it is in use', async () => {
    vi.stubEnv('HTTPS_PROXY', '');
    vi.stubEnv('https_proxy', '');
    expect(await hintOf({})).not.toContain('proxyFromEnv');
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    expect(await hintOf({ axios: proxyFromEnv() })).not.toContain('proxyFromEnv');
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect(await hintOf({})).not.toContain('proxyFromEnv');
  });
});
