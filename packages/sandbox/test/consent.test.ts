import { describe, expect, it } from 'vitest';
import { consentTo, get, getToken, raw, start } from './helpers.js';

const REDIRECT = 'https://app.example/back';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Taken out by an empty text. */
type Change = Readonly<Record<string, string>>;

describe('the consent page', () => {
  it('redirects at once with a code and the state', async () => {
    const sandbox = await start();
    expect(sandbox.consentUrl).toBe(`${sandbox.url}/request`);
    const { clientId } = sandbox.clientOptions;
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: `${REDIRECT}?to=a%20b`,
      state: 'a b/ü+&=%?#',
      nobody: 'knows this',
    });
    const response = await fetch(`${sandbox.consentUrl}?${query}`, { redirect: 'manual' });
    const location = response.headers.get('location') ?? '';
    expect(response.status).toBe(302);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(location).toMatch(/^https:\/\/app\.example\/back\?to=a%20b&code=sandbox_[\w-]+&state=/);
    expect(new URL(location).searchParams.get('state')).toBe('a b/ü+&=%?#');
  });

  it.each(['http://127.0.0.1:8080/cb', 'http://localhost/cb', 'http://[::1]:1/cb'])(
    'redirects to the loopback address %s',
    async (redirectUri) => {
      const sandbox = await start();
      const { clientId } = sandbox.clientOptions;
      const { code } = await consentTo(sandbox, { client_id: clientId, redirect_uri: redirectUri });
      expect(code).toMatch(/^sandbox_/);
    },
  );

  it.each<[string, Change]>([
    ['an unknown client', { client_id: 'stranger' }],
    ['no client', { client_id: '' }],
    ['no redirect URI', { redirect_uri: '' }],
    ['plain http', { redirect_uri: 'http://app.example/back' }],
    ['http on what only looks like loopback', { redirect_uri: 'http://127.0.0.1.evil.example/' }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['another scheme', { redirect_uri: 'app://back' }],
    ['a relative redirect URI', { redirect_uri: '/back' }],
    ['a fragment', { redirect_uri: `${REDIRECT}#here` }],
    ['no response type', { response_type: '' }],
    ['the implicit flow', { response_type: 'token' }],
    ['a plain challenge', { code_challenge: CHALLENGE, code_challenge_method: 'plain' }],
    ['a challenge without method', { code_challenge: CHALLENGE }],
    ['a method without challenge', { code_challenge_method: 'S256' }],
    ['a challenge that is no digest', { code_challenge: 'abc', code_challenge_method: 'S256' }],
  ])('refuses %s without redirecting', async (_case, change) => {
    const sandbox = await start();
    const { clientId } = sandbox.clientOptions;
    const right = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT,
      state: 's',
    };
    const query = new URLSearchParams({ ...right, ...change });
    const { status, headers, body } = await raw(sandbox, `/request?${query}`);
    expect([status, headers['content-type'], headers.location]).toEqual([
      400,
      'text/plain',
      undefined,
    ]);
    expect(body).toMatch(/^[A-Z].*\.$/);
    expect(body).not.toContain('evil');
  });

  it('refuses a parameter that is there twice, and another method', async () => {
    const sandbox = await start();
    const { clientId } = sandbox.clientOptions;
    const query = `response_type=code&client_id=${clientId}&redirect_uri=${REDIRECT}`;
    const twice = await raw(sandbox, `/request?${query}&redirect_uri=https://evil.example`);
    const post = await raw(sandbox, `/request?${query}`, { method: 'POST' });
    expect([twice.status, post.status, post.headers.allow]).toEqual([400, 405, 'GET']);
  });

  it('can be told that the user refuses next', async () => {
    const sandbox = await start();
    const { clientId } = sandbox.clientOptions;
    const asked = { client_id: clientId, redirect_uri: REDIRECT, state: 's' };
    sandbox.consent.denyNext();
    await raw(sandbox, '/request?response_type=code');
    expect(await consentTo(sandbox, asked)).toEqual({ error: 'access_denied', state: 's' });
    expect(await consentTo(sandbox, asked)).toEqual({
      code: expect.stringMatching(/^sandbox_/),
      state: 's',
    });
    sandbox.consent.denyNext();
    sandbox.reset();
    expect(await consentTo(sandbox, asked)).toHaveProperty('code');
  });

  it('is in the journal, without what a stranger typed', async () => {
    const sandbox = await start();
    await raw(sandbox, '/request?client_id=REAL&response_type=code');
    await get(sandbox, '/me', await getToken(sandbox));
    expect(sandbox.calls()[0]).toMatchObject({
      operation: null,
      path: '/request',
      query: 'client_id=[redacted]&response_type=code',
      status: 400,
    });
  });
});
