import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AccessToken } from '../src/access-token.js';
import { TokenError } from '../src/errors.js';
import { readTokenResponse } from '../src/token-endpoint.js';

const read = (answer: unknown): { token: AccessToken; warnings: string[] } => {
  const warnings: string[] = [];
  const token = readTokenResponse(answer, {
    requestedAt: 1_000,
    defaultLifetimeMs: 300_000,
    warn: (message) => warnings.push(message),
  });
  return { token, warnings };
};

const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 900 };

describe('the one reading of every token model', () => {
  it.each([
    ['InlineResponse200', good],
    ['JwtModel', good],
    ['AccessTokenModel without a refresh token', { ...good, refresh_token: null }],
    ['an empty refresh token', { ...good, refresh_token: '' }],
  ])('reads %s', (_, answer) => {
    const { token, warnings } = read(answer);
    expect(token).toMatchObject({
      value: 'abc',
      tokenType: 'Bearer',
      expiresAt: new Date(901_000),
    });
    expect(token.refreshToken).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('reads a refresh token', () => {
    expect(read({ ...good, refresh_token: 'r' }).token.refreshToken).toBe('r');
  });

  it('takes a life that is written as text', () => {
    expect(read({ ...good, expires_in: '3' }).token.expiresAt).toEqual(new Date(4_000));
  });

  it("assumes the version's life where none is stated, and says so", () => {
    const { token, warnings } = read({ access_token: 'abc' });
    expect(token.expiresAt).toEqual(new Date(301_000));
    expect(warnings).toEqual(['The token answer states no expires_in; 300 s are assumed.']);
  });

  it('caps a life above one day, and says so', () => {
    const { token, warnings } = read({ ...good, expires_in: 1e12 });
    expect(token.expiresAt).toEqual(new Date(1_000 + 86_400_000));
    expect(warnings).toHaveLength(1);
  });

  it.each([-1, 0, Number.NaN, 'abc', null, '1.5', true])('refuses the life %s', (expires_in) => {
    expect(() => read({ ...good, expires_in })).toThrow(TokenError);
  });

  it.each([
    ['no token', {}],
    ['an empty token', { ...good, access_token: '' }],
    ['a token with a line break', { ...good, access_token: 'a\r\nb' }],
    ['a token with a blank', { ...good, access_token: 'a b' }],
    ['a token beyond ASCII', { ...good, access_token: 'ä' }],
    ['a token of 1 MB', { ...good, access_token: 'a'.repeat(1_000_000) }],
    ['another kind of token', { ...good, token_type: 'mac' }],
    ['a list', []],
    ['nothing', null],
    ['text', 'token'],
  ])('refuses %s', (_, answer) => {
    expect(() => read(answer)).toThrow(TokenError);
  });

  it.each([{ token_type: 'bearer' }, { token_type: 'BEARER' }, { token_type: undefined }])(
    'takes %o',
    (fields) => {
      expect(read({ ...good, ...fields }).token.tokenType).toBe('Bearer');
    },
  );
});

describe('an access token', () => {
  const token = new AccessToken({
    value: 'secret-1',
    tokenType: 'Bearer',
    expiresAt: new Date(0),
    refreshToken: 'secret-2',
  });

  it('shows no secret in any printed form', () => {
    const printed = [
      String(token),
      `${token}`,
      JSON.stringify(token),
      JSON.stringify({ token }),
      inspect(token, { showHidden: true, depth: 9 }),
      inspect({ token }),
      Object.entries(token).join(),
      JSON.stringify({ ...token }),
    ];
    for (const text of printed) expect(text).not.toMatch(/secret-/);
  });

  it('says what it is', () => {
    expect(String(token)).toBe('[AccessToken until 1970-01-01T00:00:00.000Z]');
    expect(JSON.parse(JSON.stringify(token))).toEqual({
      value: '[redacted]',
      refreshToken: '[redacted]',
      tokenType: 'Bearer',
      expiresAt: '1970-01-01T00:00:00.000Z',
    });
  });
});
