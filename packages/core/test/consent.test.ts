import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createConsent, readConsentCallback } from '../src/consent.js';
import { isConsentCallbackSigned, signConsentUrl } from '../src/criteo/signed-consent.js';
import { ConfigError, TokenError } from '../src/errors.js';
import { manualClock } from './manual-clock.js';

const options = { clientId: 'the app', redirectUri: 'https://app.example/back?x=1' };

describe('beginning a consent', () => {
  it('asks for a code by the standard parameters (RFC 6749 section 4.1.1)', async () => {
    const { url, state } = await createConsent(options);
    expect(url.startsWith('https://consent.criteo.com/request?')).toBe(true);
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'the app',
      redirect_uri: 'https://app.example/back?x=1',
      state,
    });
  });

  it('binds the code to this program by S256 (RFC 7636 section 4)', async () => {
    const { url, codeVerifier = '' } = await createConsent(options);
    const { searchParams } = new URL(url);
    expect(codeVerifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('code_challenge')).toBe(
      createHash('sha256').update(codeVerifier).digest('base64url'),
    );
    expect(url).not.toContain(codeVerifier);
  });

  it('goes without PKCE where the version has none', async () => {
    const consent = await createConsent({ ...options, pkce: false });
    expect(consent.url).not.toContain('code_challenge');
    expect(consent).not.toHaveProperty('codeVerifier');
  });

  it('never uses a state or verifier twice', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => createConsent(options)));
    expect(new Set(all.flatMap(({ state, codeVerifier }) => [state, codeVerifier])).size).toBe(100);
  });

  it.each([
    'http://app.example/back',
    'app.example',
    '',
    'https://',
    'https://app.example/#x',
    'javascript:alert(1)',
    'http://127.0.0.1.evil.example/',
  ])('refuses the redirect URI %j', async (redirectUri) => {
    await expect(createConsent({ ...options, redirectUri })).rejects.toThrow(ConfigError);
  });

  it.each(['http://127.0.0.1:8080/callback', 'http://localhost/', 'http://[::1]:1/x'])(
    'takes %s for a program on this machine (RFC 8252 section 7.3)',
    async (redirectUri) => {
      await expect(createConsent({ ...options, redirectUri })).resolves.toBeDefined();
    },
  );
});

describe('reading the callback', () => {
  const state = 'the-state';

  it.each([
    'https://app.example/back?code=c%2F1&state=the-state',
    '/back?state=the-state&code=c%2F1',
  ])('gives the code of %s', (url) => {
    expect(readConsentCallback(url, { state })).toEqual({ code: 'c/1' });
  });

  it.each([
    ['another state', '?code=c&state=the-statf', 'its state is that of another consent'],
    ['a longer state', '?code=c&state=the-state2', 'its state is that of another consent'],
    ['an empty state', '?code=c&state=', 'its state is that of another consent'],
    ['no state', '?code=c', 'it brings no state (assumption consent-returns-state)'],
    [
      'neither code nor error',
      '?state=the-state',
      'it brings neither code nor error (assumption consent-error-parameters)',
    ],
    ['an empty code', '?code=&state=the-state', 'it brings neither code nor error'],
  ])('refuses %s', (_, query, why) => {
    expect(() => readConsentCallback(`/back${query}`, { state })).toThrow(why);
    expect(() => readConsentCallback(`/back${query}`, { state })).toThrow(TokenError);
  });

  it('tells what the page refused, without control characters', () => {
    const url = '/back?state=the-state&error=access_denied&error_description=No%1B%5B31m%0Away';
    expect(() => readConsentCallback(url, { state })).toThrow(
      'The consent failed: access_denied · No [31m way.',
    );
    try {
      readConsentCallback(url, { state });
    } catch (error) {
      expect(error).toMatchObject({ code: 'access_denied' });
    }
  });

  it('does not show the code of a callback that it refuses', () => {
    try {
      readConsentCallback('/back?code=the-secret-code&state=x', { state });
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain('the-secret-code');
    }
    expect.assertions(1);
  });
});

describe("the vendor's signed consent address", () => {
  const clock = manualClock();
  const signed = {
    keyId: 'key-1',
    signingSecret: 's3cret',
    redirectUri: 'https://app.example/back',
    state: 'user_7',
    clock,
  };

  it('is signed by HMAC-SHA512 over the query with its question mark, unescaped', () => {
    const url = signConsentUrl(signed);
    const query = `?key=key-1&timestamp=${clock.now() / 1000}&state=user_7&redirect-uri=https://app.example/back`;
    const signature = createHmac('sha512', 's3cret').update(query).digest('hex');
    expect(url).toBe(`https://consent.criteo.com/request${query}&signature=${signature}`);
    expect(url).not.toContain('s3cret');
  });

  it.each(['a b', 'a&b', 'a=b', 'ä', '', 'a#b', 'a%20b'])(
    'refuses the state %j, which would need escaping',
    (state) => {
      expect(() => signConsentUrl({ ...signed, state })).toThrow(
        expect.objectContaining({
          name: 'ConfigError',
          message:
            "A signed consent address cannot hold this value of 'state': it would need escaping.",
          hint: 'Use letters, digits and . _ ~ - (and : / in the address).',
        }),
      );
    },
  );

  it('is not signed by an empty secret', () => {
    expect(() => signConsentUrl({ ...signed, signingSecret: '' })).toThrow(
      new ConfigError("The option 'signingSecret' is empty."),
    );
  });

  it('has a callback whose signature over the raw body is checked', () => {
    const body = '{"consent":true}';
    const good = createHmac('sha512', 's3cret').update(body).digest('hex');
    expect(isConsentCallbackSigned(body, good, 's3cret')).toBe(true);
    expect(isConsentCallbackSigned(Buffer.from(body), good.toUpperCase(), 's3cret')).toBe(true);
    for (const [text, signature] of [
      [`${body} `, good],
      [body, good.replace(/^./, (c) => (c === '0' ? '1' : '0'))],
      [body, good.slice(2)],
      [body, ''],
      [body, 'no hex'],
      [body, undefined],
    ] as const) {
      expect(isConsentCallbackSigned(text, signature, 's3cret')).toBe(false);
    }
    expect(isConsentCallbackSigned(body, good, 'other')).toBe(false);
    expect(() => isConsentCallbackSigned(body, good, '')).toThrow(ConfigError);
  });
});
