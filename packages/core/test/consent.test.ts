import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createConsent, readConsentCallback } from '../src/consent.js';
import { isConsentCallbackSigned, signConsentUrl } from '../src/criteo/signed-consent.js';
import { ConfigError } from '../src/errors.js';
import { fails } from './api.js';
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
    'javascript:alert(1)//https://app.example/',
    'javascript:alert(1)//http://localhost/',
  ])('refuses the redirect URI %j', async (redirectUri) => {
    await expect(createConsent({ ...options, redirectUri })).rejects.toThrow(
      new ConfigError(
        "The option 'redirectUri' must be an https address without a fragment, or http on loopback.",
      ),
    );
  });

  it.each([
    'http://127.0.0.1:8080/callback',
    'http://localhost/',
    'http://localhost:8080',
    'http://[::1]:1/x',
  ])('takes %s for a program on this machine (RFC 8252 section 7.3)', async (redirectUri) => {
    await expect(createConsent({ ...options, redirectUri })).resolves.toBeDefined();
  });
});

describe('reading the callback', () => {
  const state = 'the-state';

  it.each([
    'https://app.example/back?code=c%2F1&state=the-state',
    '/back?state=the-state&code=c%2F1',
  ])('gives the code of %s', (url) => {
    expect(readConsentCallback(url, { state })).toEqual({ code: 'c/1' });
  });

  const refusal = (url: string, session = { state }): Promise<unknown> =>
    fails((async () => readConsentCallback(url, session))());
  const OTHER = 'its state is that of another consent';
  const NONE = 'it brings no state (assumption consent-returns-state)';
  const NEITHER = 'it brings neither code nor error (assumption consent-error-parameters)';

  it.each([
    ['another state', '/back?code=c&state=the-statf', OTHER],
    ['a longer state', '/back?code=c&state=the-state2', OTHER],
    ['an empty state', '/back?code=c&state=', OTHER],
    ['no state', '/back?code=c', NONE],
    ['neither code nor error', '/back?state=the-state', NEITHER],
    ['an empty code', '/back?code=&state=the-state', NEITHER],
    ['what is no address', 'http://[', 'it is no address'],
  ])('refuses %s', async (_, url, why) => {
    expect(await refusal(url)).toMatchObject({
      name: 'TokenError',
      message: `The consent failed: ${why}.`,
      hint: 'Begin a new consent with createConsent, and do not use this callback.',
    });
  });

  it.each([
    ['in a word', '', 'access_denied'],
    [
      'without control characters',
      '&error_description=No%1B%5B31m%0Away',
      'access_denied · No [31m way',
    ],
    [
      'without the state of the consent, however it is written',
      '&error_description=No%20to%20the%252Dstate',
      'access_denied · No to [redacted]',
    ],
  ])('tells what the page refused, %s', async (_, query, why) => {
    expect(await refusal(`/back?state=the-state&error=access_denied${query}`)).toMatchObject({
      name: 'TokenError',
      message: `The consent failed: ${why}.`,
      code: 'access_denied',
      hint: 'The user, or the page, refused.',
    });
  });

  it.each([undefined, ''])('needs a state to compare with, and %j is none', async (lost) => {
    expect(await refusal('/back?code=c&state=', { state: lost as string })).toEqual(
      new ConfigError("readConsentCallback needs the 'state' of the consent; is the session lost?"),
    );
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
