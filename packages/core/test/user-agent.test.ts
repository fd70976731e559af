import { describe, expect, it } from 'vitest';
import { createTransport } from '../src/client.js';
import { ConfigError } from '../src/errors.js';
import { RUNTIME as webRuntime } from '../src/transport-web.js';
import { userAgentOf } from '../src/user-agent.js';
import { VERSION } from '../src/version.js';
import { getThing, ok, perTest } from './api.js';

const setUp = perTest();
const platform = `(core/${VERSION}; node/${process.versions.node})`;

describe('the user agent', () => {
  it('names product, core and Node in every request, the token request among them', async () => {
    const { client, server } = await setUp(ok);
    await client.call(getThing, { id: '1' });
    expect(server.seen.map(({ headers }) => headers['user-agent'])).toEqual([
      `criteo-sdk-made-up ${platform}`,
      `criteo-sdk-made-up ${platform}`,
    ]);
  });

  it('has the version of the product’s package', () => {
    expect(userAgentOf(undefined, { name: 'a', packageVersion: '1.2.0' })).toBe(
      `criteo-sdk-a/1.2.0 ${platform}`,
    );
  });

  it('ends with words of the user’s', async () => {
    const { client, server } = await setUp(ok, { userAgent: 'my-app/1.0' });
    await client.call(getThing, { id: '1' });
    expect(server.seen[1]?.headers['user-agent']).toBe(`criteo-sdk-made-up ${platform} my-app/1.0`);
  });

  it('is not sent at all with userAgent: false', async () => {
    const { client, server } = await setUp(ok, { userAgent: false });
    await client.call(getThing, { id: '1' });
    expect(server.seen).toHaveLength(2);
    for (const { headers } of server.seen) expect(headers).not.toHaveProperty('user-agent');
  });

  it('may be another for one call', async () => {
    const { client, apiCalls } = await setUp(ok);
    await client.call(getThing, { id: '1' }, { headers: { 'User-Agent': 'one-off' } });
    expect(apiCalls()[0]?.headers['user-agent']).toBe('one-off');
  });

  it('names no product where there is none', async () => {
    const { server } = await setUp(ok);
    const transport = createTransport({ baseUrl: server.url, allowLoopbackHttp: true });
    await transport.call({ ...getThing, auth: 'none' }, { id: '1' });
    transport.close();
    expect(server.seen[0]?.headers['user-agent']).toBe(`criteo-sdk ${platform}`);
  });

  it.each(['', ' ', 'a\r\nx-evil: 1', 'ü', 1 as unknown as string, true as unknown as string])(
    'refuses %j before anything is sent',
    (userAgent) => {
      const make = (): unknown =>
        createTransport({ baseUrl: 'https://api.example.com', userAgent });
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(
        expect.objectContaining({
          message: "The option 'userAgent' cannot be sent as it is.",
          hint: "Pass words of ASCII such as 'my-app/1.0', or false.",
        }),
      );
    },
  );

  it('is left to a browser, which forbids to set it', () => {
    expect(webRuntime).toBeUndefined();
  });
});
