import { TokenError } from '@criteo-sdk/core';
import * as v1 from '@criteo-sdk/marketing/v1';
import * as v2020 from '@criteo-sdk/marketingsolutions/2020-10';
import * as v2022 from '@criteo-sdk/retailmedia/2022-10';
import * as v2026 from '@criteo-sdk/retailmedia/2026-07';
import { type SandboxCredentials, startSandbox } from '@criteo-sdk/sandbox';
import { afterAll, describe, expect, it } from 'vitest';

/* One refused token request is one error, whichever way it was made. */

const sandbox = await startSandbox();
afterAll(() => sandbox.close());

const appOf = (version: string): SandboxCredentials => ({
  ...sandbox.credentials(version),
  clientSecret: 'not-the-secret',
});

const errorOf = async (token: PromiseLike<unknown>): Promise<TokenError> => {
  const error = await Promise.resolve(token).then(
    () => 'it should fail',
    (reason: unknown) => reason,
  );
  if (error instanceof TokenError) return error;
  throw new Error(`no TokenError: ${String(error)}`);
};

/** The ways to ask for a token by the credentials of an app, for each generation. */
const ways = {
  'marketing/v1': (app: SandboxCredentials) => {
    const { clientId, clientSecret } = app;
    const client = v1.createClient({ ...app, logLevel: 'off' });
    const alone = new v1.AuthenticationApi(v1.createTransport(app));
    return [
      alone.oAuth2TokenPost({ clientId, clientSecret }),
      client.authentication.oAuth2TokenPost({ clientId, clientSecret }),
      client.tokens.get(),
      client.advertiser.getPortfolio(),
    ];
  },
  'marketingsolutions/2020-10': (app: SandboxCredentials) => {
    const { clientId, clientSecret } = app;
    const client = v2020.createClient({ ...app, logLevel: 'off' });
    const alone = new v2020.OAuthApi(v2020.createTransport(app));
    return [
      alone.createToken({ clientId, clientSecret }),
      client.oAuth.createToken({ clientId, clientSecret }),
      client.tokens.get(),
      client.advertiser.getAdvertisers(),
    ];
  },
  'retailmedia/2022-10': (app: SandboxCredentials) => {
    const { clientId, clientSecret } = app;
    const asked = { grantType: 'client_credentials', clientId, clientSecret } as const;
    const client = v2022.createClient({ ...app, logLevel: 'off' });
    const alone = new v2022.OAuthApi(v2022.createTransport(app));
    return [
      alone.getToken(asked),
      client.oAuth.getToken(asked),
      client.tokens.get(),
      client.account.getAccounts(),
    ];
  },
  'retailmedia/2026-07': (app: SandboxCredentials) => {
    const { clientId, clientSecret } = app;
    const asked = { grantType: 'client_credentials', clientId, clientSecret } as const;
    const client = v2026.createClient(app);
    const alone = new v2026.OAuthApi(v2026.createTransport(app));
    return [
      alone.getToken(asked),
      client.oAuth.getToken(asked),
      client.tokens.get(),
      client.account.getAccounts(),
    ];
  },
};

describe.each(Object.entries(ways))('a wrong secret of %s', (version, ask) => {
  it('is the same error from the class alone, the client, its tokens and a call', async () => {
    const errors = await Promise.all(ask(appOf(version)).map(errorOf));
    // Of the call itself nothing was sent.
    expect(errors.map(({ outcome }) => outcome)).toEqual([
      'answered',
      'answered',
      'answered',
      'not-sent',
    ]);
    // Only a client's own tokens have a pause: calls and `tokens` tell how long it is.
    const pauses = errors.map((error) => (error as TokenError).retryAfterMs);
    expect(pauses).toEqual([undefined, undefined, expect.any(Number), pauses[2]]);
    const told = errors.map((error) => ({
      ...error,
      cause: undefined,
      outcome: undefined,
      retryAfterMs: undefined,
    }));
    expect(errors).toHaveLength(4);
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
    for (const one of told) expect(one).toEqual(told[0]);
    expect(told[0]).toMatchObject({ name: 'TokenError', retryable: false, attempts: 1 });
    expect(told[0]?.hint).toContain('clientId and clientSecret are a pair');
  });
});

it('what OAuth says of it is there, where the version has it', async () => {
  const codes = await Promise.all(
    Object.entries(ways).map(async ([version, ask]) => {
      const [first] = ask(appOf(version)).map(errorOf);
      const { status, code, description, uri } = (await first) as TokenError;
      return [version, status, code, typeof description, typeof uri];
    }),
  );
  expect(codes).toEqual([
    ['marketing/v1', 403, undefined, 'undefined', 'undefined'],
    ['marketingsolutions/2020-10', 400, 'invalid_client', 'string', 'undefined'],
    ['retailmedia/2022-10', 401, 'invalid_client', 'string', 'string'],
    ['retailmedia/2026-07', 401, 'invalid_client', 'string', 'string'],
  ]);
});
