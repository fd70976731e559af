import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AccessToken } from '../src/access-token.js';
import { readTokenResponse } from '../src/token-endpoint.js';
import { fails } from './api.js';
import { programInto } from './bundle.js';
import { nodes } from './nodes.js';

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

  it.each(['3', '299'])('takes a life of %s s that is written as text', (expires_in) => {
    const endsAt = 1_000 + 1_000 * Number(expires_in);
    expect(read({ ...good, expires_in }).token.expiresAt).toEqual(new Date(endsAt));
  });

  it("assumes the version's life where none is stated, and says so", () => {
    const { token, warnings } = read({ access_token: 'abc' });
    expect(token.expiresAt).toEqual(new Date(301_000));
    expect(warnings).toEqual(['The token answer states no expires_in; 300 s are assumed.']);
  });

  it('caps a life above one day, and says so', () => {
    const { token, warnings } = read({ ...good, expires_in: 1e12 });
    expect(token.expiresAt).toEqual(new Date(1_000 + 86_400_000));
    expect(warnings).toEqual([
      'The token answer states an expires_in above one day; one day is assumed.',
    ]);
  });

  /** What is told of an answer that cannot be used. */
  const refusal = (answer: unknown): Promise<unknown> => fails((async () => read(answer))());
  const told = (why: string, reason = 'unusable'): object => ({
    name: 'TokenError',
    message: `The token endpoint's answer cannot be used: ${why}.`,
    reason,
    hint: 'Is baseUrl the API itself, with no proxy or captive portal in between?',
  });

  it.each([-1, 0, Number.NaN, 'abc', null, '1.5s', '1.', true, ['900']])(
    'refuses the life %o',
    async (expires_in) => {
      expect(await refusal({ ...good, expires_in })).toMatchObject(
        told('its expires_in is not a positive number of seconds'),
      );
    },
  );

  const NO_TOKEN = 'it has no access_token';
  const NOT_SENDABLE = 'its access_token cannot be sent in a header (RFC 6750 section 2.1)';
  const NOT_BEARER = 'its token_type is not Bearer';

  it.each([
    ['no token', {}, NO_TOKEN],
    ['an empty token', { ...good, access_token: '' }, NO_TOKEN],
    ['a list', [], NO_TOKEN],
    ['text', 'token', NO_TOKEN],
    ['a token with a line break', { ...good, access_token: 'a\r\nb' }, NOT_SENDABLE],
    ['a token with a blank', { ...good, access_token: 'a b' }, NOT_SENDABLE],
    ['a token beyond ASCII', { ...good, access_token: 'ä' }, NOT_SENDABLE],
    ['a token of 1 MB', { ...good, access_token: 'a'.repeat(1_000_000) }, NOT_SENDABLE],
    ['another kind of token', { ...good, token_type: 'mac' }, NOT_BEARER],
    ['a kind of token that is no text', { ...good, token_type: 1 }, NOT_BEARER],
  ])('refuses %s', async (_, answer, why) => {
    expect(await refusal(answer)).toMatchObject(told(why));
  });

  it.each([null, undefined])('refuses %s as an empty answer', async (answer) => {
    expect(await refusal(answer)).toMatchObject(told('it is empty', 'empty'));
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

  it.each(nodes())('shows none on Node %s, however it is printed, nor does an error', (_, node) => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'core-printed-'));
    const program = programInto(folder, 'printed-process');
    const { status, stdout, stderr } = spawnSync(node, [program], { encoding: 'utf8' });
    rmSync(folder, { recursive: true, force: true });
    expect(status).toBe(0);
    expect(stdout + stderr).toContain('AccessToken {');
    expect(stdout + stderr).not.toMatch(/secret-/);
  });

  it('says what it is', () => {
    const words = '[AccessToken until 1970-01-01T00:00:00.000Z]';
    expect([String(token), inspect(token)]).toEqual([words, words]);
    expect(JSON.parse(JSON.stringify(token))).toEqual({
      value: '[redacted]',
      refreshToken: '[redacted]',
      tokenType: 'Bearer',
      expiresAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it('does not claim a refresh token that it does not have', () => {
    const { value, tokenType, expiresAt } = token;
    const alone = new AccessToken({ value, tokenType, expiresAt });
    expect(alone.toJSON()).toEqual({ value: '[redacted]', tokenType, expiresAt });
  });
});
