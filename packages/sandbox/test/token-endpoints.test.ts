import { describe, expect, it } from 'vitest';
import {
  formOf,
  get,
  getToken,
  postForm,
  raw,
  SHARED,
  start,
  TODAY,
  V1,
  VERSIONS,
} from './helpers.js';
import { findOperations, requestOf } from './sample.js';

/** `undefined` takes a parameter out. */
type Change = Record<string, string | undefined>;

const MS = 'marketingsolutions/2020-10';
const RM = 'retailmedia/2022-10';

const success = [
  {
    version: 'marketing/v1',
    path: V1,
    keys: ['access_token', 'expires_in', 'token_type'],
    life: 300,
  },
  { version: MS, path: SHARED, keys: ['access_token', 'expires_in', 'token_type'], life: 900 },
  {
    version: RM,
    path: SHARED,
    keys: ['access_token', 'expires_in', 'refresh_token', 'token_type'],
    life: 900,
  },
  ...TODAY.map((version) => ({
    version,
    path: SHARED,
    keys: ['access_token', 'expires_in', 'refresh_token', 'token_type'],
    life: 900,
  })),
];

const wrongSecret = { client_secret: 'wrong' };
const noGrant = { grant_type: undefined };
const otherGrant = { grant_type: 'password' };
const noSecret = { client_secret: undefined };
const nothing = { client_id: undefined, client_secret: undefined, grant_type: undefined };

const verdicts: readonly [version: string, request: string, verdict: string, Change][] = [
  ['marketing/v1', 'no grant', '200', noGrant],
  ['marketing/v1', 'a wrong secret', '403', wrongSecret],
  ['marketing/v1', 'no secret', '403', noSecret],
  ['marketing/v1', 'another grant', '400', otherGrant],
  [MS, 'no grant', '200', noGrant],
  [MS, 'an empty grant', '200', { grant_type: '' }],
  [MS, 'a wrong secret', '400 invalid_client', wrongSecret],
  [MS, 'no secret', '400 invalid_client', noSecret],
  [MS, 'another grant', '400 unsupported_grant_type', otherGrant],
  [MS, 'no parameters', '400 invalid_client', nothing],
  [RM, 'no grant', '400 invalid_request', noGrant],
  [RM, 'no client id', '400 invalid_client', { client_id: undefined }],
  [RM, 'no secret', '400 invalid_request', noSecret],
  [RM, 'a wrong secret', '401 invalid_client', wrongSecret],
  [RM, 'a client id of nobody', '401 invalid_client', { client_id: 'stranger' }],
  [RM, 'another grant', '400 unsupported_grant_type', otherGrant],
  [RM, 'a grant like a property', '400 unsupported_grant_type', { grant_type: '__proto__' }],
  [RM, 'empty optional parameters', '200', { redirect_uri: '', code: '', refresh_token: '' }],
  ...TODAY.flatMap((version): [string, string, string, Change][] => [
    [version, 'no grant', '400 invalid_request', noGrant],
    [version, 'no secret', '401 invalid_client', noSecret],
    [version, 'a wrong secret', '401 invalid_client', wrongSecret],
    [version, 'no client id', '400 invalid_client', { client_id: undefined }],
    [version, 'another grant', '400 unsupported_grant_type', otherGrant],
  ]),
];

describe('the token endpoints', () => {
  it.each(success)('$version answers with its own model', async ({ version, path, keys, life }) => {
    const sandbox = await start();
    const response = await postForm(sandbox, path, formOf(sandbox.credentials(version)));
    const body = (await response.json()) as Record<string, unknown>;
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(body).sort()).toEqual(keys);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: life });
    expect(body.access_token).toMatch(/^sandbox_[\w-]{40,}$/);
    if (keys.includes('refresh_token')) expect(body.refresh_token).toBeNull();
  });

  it.each(verdicts)('%s answers %s with %s', async (version, _request, verdict, change) => {
    const sandbox = await start();
    const form = { ...formOf(sandbox.credentials(version)), ...change };
    const sent = Object.entries(form).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    const path = version === 'marketing/v1' ? V1 : SHARED;
    const response = await postForm(sandbox, path, Object.fromEntries(sent));
    const text = await response.text();
    const [status, error] = verdict.split(' ');
    expect(response.status).toBe(Number(status));
    if (status === '200') return;
    if (error === undefined) expect(text).toBe('');
    else expect(JSON.parse(text)).toMatchObject({ error, error_description: expect.any(String) });
  });

  it.each(VERSIONS)('serve %s, by its own application and by the default one', async (version) => {
    const sandbox = await start();
    const found = findOperations().find(
      ({ file, method }) => file === version.replace('/', '-') && method === 'GET',
    );
    const { path } = requestOf(found as NonNullable<typeof found>, true);
    for (const credentials of [sandbox.credentials(version), sandbox.clientOptions]) {
      const url = version === 'marketing/v1' ? V1 : SHARED;
      const response = await postForm(sandbox, url, formOf(credentials));
      const { access_token: token } = (await response.json()) as { access_token: string };
      expect((await get(sandbox, path, token)).status).toBe(200);
    }
    const entry = sandbox.calls()[1];
    expect(`${entry?.product}/${entry?.version}`).toBe(version);
  });

  it('says error_uri in the model of 2022-10 only', async () => {
    const sandbox = await start();
    const keysOf = async (version: string): Promise<string[]> => {
      const form = { ...formOf(sandbox.credentials(version)), ...wrongSecret };
      return Object.keys((await (await postForm(sandbox, SHARED, form)).json()) as object);
    };
    expect(await keysOf(MS)).toEqual(['error', 'error_description']);
    expect(await keysOf(RM)).toEqual(['error', 'error_description', 'error_uri']);
  });

  it('answers the default application as the newest version', async () => {
    const sandbox = await start();
    const response = await postForm(sandbox, SHARED, formOf(sandbox.clientOptions));
    expect(await response.json()).toHaveProperty('refresh_token', null);
    expect(sandbox.calls()[0]).toMatchObject({ product: 'retailmedia', operation: 'getToken' });
  });

  it('takes any of its applications at the v1 endpoint', async () => {
    const sandbox = await start();
    const response = await postForm(sandbox, V1, formOf(sandbox.clientOptions));
    expect(await response.json()).not.toHaveProperty('refresh_token');
  });

  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const A_FORM_IS_NEEDED =
    'Send a form, with Content-Type: application/x-www-form-urlencoded; it is';

  it.each([
    [
      'JSON',
      { 'content-type': 'application/json; charset=utf-8' },
      '{"client_secret":"s3cret"}',
      `${A_FORM_IS_NEEDED} application/json.`,
    ],
    ['no content type', {}, 'client_secret=s3cret', `${A_FORM_IS_NEEDED} missing.`],
    ['Basic alone', { authorization: 'Basic czNjcmV0' }, '', `${A_FORM_IS_NEEDED} missing.`],
    [
      'a content type that is none',
      { 'content-type': 's3cret "and" more' },
      '',
      `${A_FORM_IS_NEEDED} another.`,
    ],
    [
      'a repeated parameter',
      FORM,
      'grant_type=a&client_id=s3cret&client_id=b',
      'The parameter client_id is there more than once.',
    ],
    [
      'a repeated parameter without values',
      FORM,
      'grant_type=&grant_type=',
      'The parameter grant_type is there more than once.',
    ],
    [
      'a secret that is not encoded',
      FORM,
      'client_secret=a&s3cret=b&s3cret=c',
      'A parameter that is not known here is there more than once.',
    ],
    [
      'bad escapes',
      FORM,
      '%%%=%zz&=&&=&%ff',
      'A parameter that is not known here is there more than once.',
    ],
  ])('answers 400 to %s, and says what to do', async (_case, headers, body, description) => {
    const sandbox = await start();
    const shared = await raw(sandbox, SHARED, { method: 'POST', headers, body });
    const v1 = await raw(sandbox, V1, { method: 'POST', headers, body });
    expect([shared.status, v1.status, v1.body]).toEqual([400, 400, '']);
    expect(JSON.parse(shared.body)).toMatchObject({
      error: 'invalid_request',
      error_description: description,
    });
    expect(shared.body).not.toContain('s3cret');
  });

  it.each([
    [RM, noSecret, 'The parameter client_secret is missing.'],
    [RM, { client_secret: '' }, 'The parameter client_secret is missing.'],
    [RM, noGrant, 'The parameter grant_type is missing.'],
    [RM, { grant_type: 'authorization_code' }, 'The parameter code is missing.'],
    [RM, { grant_type: 'refresh_token' }, 'The parameter refresh_token is missing.'],
    [RM, wrongSecret, 'The client_id or the client_secret is wrong.'],
    [MS, noSecret, 'The parameter client_secret is missing.'],
    [MS, nothing, 'The parameter client_id is missing.'],
    [MS, wrongSecret, 'The client_id or the client_secret is wrong.'],
    ...TODAY.map((version): [string, Change, string] => [
      version,
      noSecret,
      'The parameter client_secret is missing.',
    ]),
  ] as const)('says of %s with %j: %s', async (version, change: Change, description) => {
    const sandbox = await start();
    const form = Object.entries({ ...formOf(sandbox.credentials(version)), ...change });
    const sent = form.filter((pair): pair is [string, string] => pair[1] !== undefined);
    const response = await postForm(sandbox, SHARED, Object.fromEntries(sent));
    expect(await response.json()).toHaveProperty('error_description', description);
  });

  it('answers 413 to 32 MiB, says so, and goes on', async () => {
    const sandbox = await start();
    const response = await postForm(sandbox, SHARED, { junk: 'x'.repeat(2 ** 25) });
    expect([response.status, await response.json()]).toEqual([
      413,
      { error: 'invalid_request', error_description: 'The form is larger than 16 MiB.' },
    ]);
    expect(await getToken(sandbox)).toMatch(/^sandbox_/);
  });

  it('refuses another method', async () => {
    const response = await fetch((await start()).url + SHARED);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('has secrets that break without form encoding', async () => {
    const sandbox = await start();
    const { clientId, clientSecret } = sandbox.clientOptions;
    const body = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await raw(sandbox, SHARED, { method: 'POST', headers, body })).status).toBe(401);
  });

  it('keeps several tokens valid at once', async () => {
    const sandbox = await start();
    const [first, second] = [await getToken(sandbox), await getToken(sandbox)];
    expect(first).not.toBe(second);
    expect((await get(sandbox, '/me', first)).status).toBe(200);
    expect((await get(sandbox, '/me', second)).status).toBe(200);
  });

  it('gives tokens of the life that was set, from then on', async () => {
    const sandbox = await start({ tokenLifetimeMs: 60_000 });
    const old = await getToken(sandbox);
    sandbox.setTokenLifetime(3_000);
    const response = await postForm(sandbox, SHARED, formOf(sandbox.clientOptions));
    const { access_token: short, expires_in } = (await response.json()) as Record<string, string>;
    expect(expires_in).toBe(3);
    sandbox.clock.tick('3s');
    expect((await get(sandbox, '/me', short ?? '')).status).toBe(401);
    expect((await get(sandbox, '/me', old)).status).toBe(200);
  });

  it('issues 10 000 tokens in bounded memory', { timeout: 60_000 }, async () => {
    const sandbox = await start();
    const rssAfter = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i += 20) {
        await Promise.all(Array.from({ length: 20 }, () => getToken(sandbox)));
        sandbox.clock.tick('7s');
      }
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const before = await rssAfter(8_000);
    const after = await rssAfter(2_000);
    expect(after).toBeLessThan(before * 1.1);
    expect(sandbox.calls().length).toBeLessThanOrEqual(10_000);
  });
});
