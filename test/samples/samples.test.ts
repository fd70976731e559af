import { readdirSync, readFileSync } from 'node:fs';
import { AuthenticationApi, createTransport as marketingTransport } from '@criteo-sdk/marketing/v1';
import {
  OAuthApi as MarketingSolutionsOAuthApi,
  createTransport as marketingSolutionsTransport,
} from '@criteo-sdk/marketingsolutions/2020-10';
import { AccessToken, TokenError, type TransportOptions } from '@criteo-sdk/retailmedia';
import { createClient, createTransport, OAuthApi } from '@criteo-sdk/retailmedia/2022-10';
import { type SandboxCredentials, startSandbox } from '@criteo-sdk/sandbox';
import axios, { type AxiosAdapter } from 'axios';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Exchange, startTap } from '../wire/tap.js';
import { g1 } from './g1.js';
import { g2 } from './g2.js';
import { g3 } from './g3.js';
import { g4 } from './g4.js';
import { s1 } from './s1.js';
import { s1WithoutParameters } from './s1-without-parameters.js';
import { s2 } from './s2.js';
import { s2WithoutParameters } from './s2-without-parameters.js';
import { s3a } from './s3a.js';
import { s3b } from './s3b.js';

/*
 * What the vendor's client documents and its guide show, in this SDK. Each file beside this one is
 * one sample, run here as it stands.
 */

const sandbox = await startSandbox();
const tap = await startTap(sandbox.url);
let first = 0;

beforeEach(() => {
  first = tap.exchanges.length;
});

afterAll(async () => {
  tap.close();
  await sandbox.close();
});

describe('S1: AuthenticationApi alone, marketing v1', () => {
  it('gets a token that lives 300 s', async () => {
    const options = application('marketing/v1');
    expect(await s1(options)).toEqual({
      access_token: expect.stringMatching(/^sandbox_/),
      expires_in: 300,
      token_type: 'Bearer',
    });
    const { method, path } = only();
    expect({ method, path, form: sentForm() }).toEqual({
      method: 'POST',
      path: '/marketing/oauth2/token',
      form: clientCredentials(options),
    });
    expect(only().headers.authorization).toBeUndefined();
  });

  it('catches the exception of a wrong secret', async () => {
    const error = await s1(withWrongSecret('marketing/v1'));
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({ status: 403, operation: 'oAuth2TokenPost' });
    expect(Object.keys(error as TokenError)).not.toContain('code');
  });

  it('may leave all three parameters out; the default grant is sent', async () => {
    const failure = await s1WithoutParameters(application('marketing/v1')).catch(itself);
    expect(failure).toMatchObject({ name: 'TokenError', status: 403 });
    expect(sentForm()).toEqual({ grant_type: 'client_credentials' });
  });
});

describe('S2: OAuthApi alone, marketingsolutions 2020-10', () => {
  it('gets a token that lives 900 s', async () => {
    const options = application('marketingsolutions/2020-10');
    expect(await s2(options)).toEqual({
      access_token: expect.stringMatching(/^sandbox_/),
      expires_in: 900,
      token_type: 'Bearer',
    });
    expect(only()).toMatchObject({ method: 'POST', path: '/oauth2/token' });
    expect(sentForm()).toEqual(clientCredentials(options));
    expect(only().headers.authorization).toBeUndefined();
  });

  it('reads the OAuth2Error of a 400', async () => {
    const error = await s2(withWrongSecret('marketingsolutions/2020-10'));
    if (!(error instanceof TokenError)) throw new Error('the call did not fail');
    expect(error).toMatchObject({ status: 400, code: 'invalid_client' });
    const api = new MarketingSolutionsOAuthApi(
      marketingSolutionsTransport(application('marketingsolutions/2020-10')),
    );
    expect(error.modelOf(api.createToken)).toEqual(JSON.parse(only().answer.toString()));
  });

  it('may leave all three parameters out; the default grant is sent', async () => {
    const options = application('marketingsolutions/2020-10');
    const failure = await s2WithoutParameters(options).catch(itself);
    expect(failure).toMatchObject({ name: 'TokenError', status: 400, code: 'invalid_client' });
    expect(sentForm()).toEqual({ grant_type: 'client_credentials' });
  });
});

describe('S3: OAuthApi alone, retailmedia 2022-10', () => {
  it('gets a token with the three required parameters (S3a)', async () => {
    const options = application('retailmedia/2022-10');
    expect(await s3a(options)).toEqual({
      access_token: expect.stringMatching(/^sandbox_/),
      expires_in: 900,
      refresh_token: null,
      token_type: 'Bearer',
    });
    expect(only()).toMatchObject({ method: 'POST', path: '/oauth2/token' });
    expect(sentForm()).toEqual(clientCredentials(options));
    expect(only().headers.authorization).toBeUndefined();
  });

  it('sends the optional parameters with the grants that they belong to (S3b)', async () => {
    const options = application('retailmedia/2022-10');
    const code = await consentedCode(options.clientId);
    const [consented, refreshed] = await s3b(options, code);
    expect(consented).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    expect(refreshed).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    const forms = tap.exchanges.slice(first).map(({ body }) => formOf(body));
    expect(forms).toEqual([
      {
        ...clientCredentials(options),
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'https://example.com/back?to=us',
      },
      {
        ...clientCredentials(options),
        grant_type: 'refresh_token',
        refresh_token: consented?.refresh_token,
      },
    ]);
  });

  it('reads the OAuthErrorModel of a 401', async () => {
    const error = await s3a(withWrongSecret('retailmedia/2022-10'));
    if (!(error instanceof TokenError)) throw new Error('the call did not fail');
    expect(error).toMatchObject({ status: 401, code: 'invalid_client' });
    const { oAuth } = createClient(application('retailmedia/2022-10'));
    const model = JSON.parse(only().answer.toString());
    expect(error.modelOf(oAuth.getToken)).toEqual(model);
    expect(error).toMatchObject({ description: model.error_description, uri: model.error_uri });
  });
});

describe('G1: the form post of the guide', () => {
  it('gets a bearer token that lives 900 s', async () => {
    const options = application('retailmedia/2022-10');
    const before = Date.now();
    const token = await g1(options);
    expect(token).toBeInstanceOf(AccessToken);
    expect(token.tokenType).toBe('Bearer');
    expect(lifeInSeconds(token, before)).toBe(900);
    const { method, path, headers } = only();
    expect({ method, path, type: headers['content-type'] }).toEqual({
      method: 'POST',
      path: '/oauth2/token',
      type: 'application/x-www-form-urlencoded',
    });
    expect(sentForm()).toEqual(clientCredentials(options));
  });
});

describe('G2: the authorization code of the guide', () => {
  it('sends code and redirect URI, and a code that the server does not know is a TokenError', async () => {
    const options = application('retailmedia/2022-10');
    const error = await g2(options);
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({ status: 400, code: 'invalid_grant', attempts: 1 });
    expect(sentForm()).toEqual({
      ...clientCredentials(options),
      grant_type: 'authorization_code',
      code: 'a+code/1',
      redirect_uri: 'https://example.com/back?to=us',
    });
  });
});

describe('G3: the first call of the guide, at a path that no document has', () => {
  it('lists the advertisers of the token, in JSON called text/plain', async () => {
    const advertisers = await g3(application('marketingsolutions/2020-10'));
    const [token, call, ...others] = tap.exchanges.slice(first);
    const { access_token } = JSON.parse(String(token?.answer));
    expect(others).toEqual([]);
    expect(call).toMatchObject({ method: 'GET', path: '/2020-10/advertisers/me', query: '' });
    expect(call?.headers).toMatchObject({
      accept: 'text/plain',
      authorization: `Bearer ${access_token}`,
    });
    // The guide shows one, and nothing to send as it.
    expect(call?.headers).not.toHaveProperty('content-type');
    expect(call?.body).toHaveLength(0);
    expect(advertisers).toEqual(JSON.parse(String(call?.answer)));
    expect(advertisers).toMatchObject({ data: [{ type: expect.any(String) }, {}, {}] });
  });
});

describe('G4: the life of a token', () => {
  it('is 900 s, after which a 401 brings a new one', async () => {
    await g4(application('retailmedia/2022-10'), () => sandbox.clock.tick('15m'));
    const seen = tap.exchanges.slice(first);
    expect(seen.map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/oauth2/token 200',
      '/me 200',
      '/me 401',
      '/oauth2/token 200',
      '/me 200',
    ]);
    const [, before, refused, , after] = seen.map(({ headers }) => headers.authorization);
    expect(refused).toBe(before);
    expect(after).not.toBe(before);
  });

  it('is not over one second before', async () => {
    await g4(application('retailmedia/2022-10'), () => sandbox.clock.tick(899_000));
    expect(tap.exchanges.slice(first).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('goes on when another token is issued', async () => {
    const options = application('retailmedia/2022-10');
    const [one, other] = [createClient(options), createClient(options)];
    await one.gateway.getCurrentApplication();
    await other.gateway.getCurrentApplication();
    await one.gateway.getCurrentApplication();
    const calls = tap.exchanges.slice(first).filter(({ path }) => path === '/me');
    expect(calls.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(calls.map(({ headers }) => headers.authorization)).size).toBe(2);
  });
});

/** The class that the page of a generation shows, used alone. */
const ALONE = [
  {
    version: 'marketing/v1',
    url: 'https://api.criteo.com/marketing/oauth2/token',
    accept: 'application/json',
    sample: s1,
    ask: (options: TransportOptions) =>
      new AuthenticationApi(marketingTransport(options)).oAuth2TokenPost(),
  },
  {
    version: 'marketingsolutions/2020-10',
    url: 'https://api.criteo.com/oauth2/token',
    accept: 'application/json, text/json, text/plain',
    sample: s2,
    ask: (options: TransportOptions) =>
      new MarketingSolutionsOAuthApi(marketingSolutionsTransport(options)).createToken(),
  },
  {
    version: 'retailmedia/2022-10',
    url: 'https://api.criteo.com/oauth2/token',
    accept: 'application/json, text/json, text/plain',
    sample: s3a,
    ask: (options: TransportOptions) =>
      new OAuthApi(createTransport(options)).getToken({
        grantType: 'client_credentials',
        clientId: 'id',
        clientSecret: 'secret',
      }),
  },
] as const;

describe.each(ALONE)('the token request of $version', ({ version, url, accept, sample, ask }) => {
  it('goes to the full URL of the page where no host is configured', async () => {
    const asked: unknown[] = [];
    const adapter: AxiosAdapter = async (config) => {
      asked.push(`${config.method?.toUpperCase()} ${config.url}`);
      throw new Error('Not from here.');
    };
    await ask({ axios: axios.create({ adapter }) }).catch(itself);
    expect(new Set(asked)).toEqual(new Set([`POST ${url}`]));
  });

  it('is a form without a token, and accepts what the page names, JSON first', async () => {
    await sample(application(version));
    expect(only().headers).toMatchObject({
      accept,
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(only().headers).not.toHaveProperty('authorization');
  });

  it('takes a user name and a password as they are', async () => {
    const person = { clientId: 'me@example.com', clientSecret: 'p&ss = w+rd/ü' };
    expect(await sample({ ...application(version), ...person })).toBeInstanceOf(TokenError);
    const { client_id, client_secret } = Object.fromEntries(
      new URLSearchParams(only().body.toString('utf8')),
    );
    expect({ clientId: client_id, clientSecret: client_secret }).toEqual(person);
  });
});

describe('the samples', () => {
  const folder = new URL('./', import.meta.url);
  const files = readdirSync(folder).filter((file) => /^[sg]\d.*\.ts$/.test(file));

  it.each(files)('%s is at most 12 lines of code', (file) => {
    const source = readFileSync(new URL(file, folder), 'utf8');
    const withoutImports = source.replace(/^import [^;]*;$/gm, '');
    const code = withoutImports.split('\n').filter((line) => line.trim() !== '');
    expect(code.length).toBeLessThanOrEqual(12);
  });
});

const application = (version: string): SandboxCredentials =>
  tap.through(sandbox.credentials(version));

const withWrongSecret = (version: string): SandboxCredentials => ({
  ...application(version),
  clientSecret: 'not+the/secret=',
});

/** The one exchange of this test. */
const only = (): Exchange => {
  const [exchange, ...others] = tap.exchanges.slice(first);
  if (!exchange || others.length > 0) throw new Error(`${others.length + 1} exchanges, not one`);
  return exchange;
};

const sentForm = (): Record<string, string> => formOf(only().body);

const formOf = (body: Buffer): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body.toString('latin1')));

const consentedCode = async (clientId: string): Promise<string> => {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: 'https://example.com/back?to=us',
    state: 'a state',
  });
  const response = await fetch(`${sandbox.consentUrl}?${query}`, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
};

const clientCredentials = ({ clientId, clientSecret }: SandboxCredentials): object => ({
  client_id: clientId,
  client_secret: clientSecret,
  grant_type: 'client_credentials',
});

const lifeInSeconds = ({ expiresAt }: AccessToken, since: number): number =>
  Math.round((expiresAt.getTime() - since) / 1_000);

const itself = (error: unknown): unknown => error;
