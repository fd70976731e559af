import { describe, expect, it } from 'vitest';
import { hintFor } from '../src/criteo/hints.js';
import type { HttpRequest } from '../src/exchange.js';
import type { Operation } from '../src/operation.js';
import { getThing } from './api.js';

const hint = (status: number, operation: Operation, code?: string): string | undefined =>
  hintFor(status, { operation, call: { life: {} } } as HttpRequest, code);

describe('the hint of an API error', () => {
  const REVOKED = 'or the advertiser has revoked its consent: a new token cannot help.';

  it.each<[number, readonly string[] | undefined, string | undefined]>([
    [401, undefined, 'A fresh token was refused, too: is baseUrl the API that issued it?'],
    [403, undefined, `The app lacks the permission, ${REVOKED}`],
    [403, [], `The app lacks the permission, ${REVOKED}`],
    [403, ['Thing_Read'], `The app lacks the permission Thing_Read, ${REVOKED}`],
    [403, ['A_Read', 'B_Read'], `The app lacks the permission A_Read, B_Read, ${REVOKED}`],
    [413, undefined, 'Send the items in smaller batches.'],
    [400, undefined, undefined],
    [404, undefined, undefined],
    [429, undefined, undefined],
    [500, undefined, undefined],
  ])('%i for an operation with the scopes %j is %j', (status, scopes, said) => {
    expect(hint(status, scopes ? { ...getThing, scopes } : getThing)).toBe(said);
  });
});

it('is another one where the user who consented lacks some advertisers', () => {
  const scopes = ['Thing_Read'];
  const said = hint(403, { ...getThing, scopes }, 'insufficient-advertisers-permissions');
  expect(said).toBe(
    'Whoever consented has no access to some of these advertisers: compare them with the list of advertisers that this token reaches.',
  );
});

describe('the hint of the token endpoint', () => {
  const token: Operation = {
    id: 'token',
    method: 'POST',
    path: '/token',
    auth: 'none',
    form: [
      { name: 'clientId', as: 'client_id' },
      { name: 'clientSecret', as: 'client_secret' },
      { name: 'code' },
      { name: 'codeVerifier', as: 'code_verifier' },
      { name: 'grantType', as: 'grant_type' },
      { name: 'redirectUri', as: 'redirect_uri' },
    ],
    grants: [
      { type: 'client_credentials', needs: ['clientSecret'] },
      { type: 'authorization_code', needs: ['clientSecret', 'code', 'redirectUri'] },
      { type: 'authorization_code', needs: ['code', 'codeVerifier', 'redirectUri'] },
    ],
  };
  const WHOLE = 'grant_type=client_credentials&client_id=i&client_secret=s';
  const PAIR = 'Check that clientId and clientSecret are a pair of one app.';
  const TAKES = 'This API version takes: client_credentials, authorization_code.';
  const hintOf = (status: number, code: string | undefined, body: string, operation = token) =>
    hintFor(status, { operation, call: { life: {} }, body } as HttpRequest, code);

  it.each([
    [401, 'invalid_client', PAIR],
    [400, 'invalid_client', PAIR],
    [
      400,
      'invalid_grant',
      'The code or refresh token is used up, has expired, or belongs to another app, redirect URI or code verifier.',
    ],
    [
      400,
      'unauthorized_client',
      'The app may not use this grant: its settings in the Partner Dashboard decide.',
    ],
    [400, 'unsupported_grant_type', TAKES],
    [400, 'invalid_request', undefined],
    [400, 'invalid_scope', undefined],
    [400, undefined, 'Check clientId and clientSecret, and the parameters of the grant.'],
    [401, undefined, PAIR],
    [403, undefined, `${PAIR} The app may also lack this grant.`],
    [404, undefined, undefined],
    [429, undefined, undefined],
    [429, 'invalid_client', undefined],
    [500, undefined, 'The token endpoint failed: try again later.'],
    [503, 'invalid_client', 'The token endpoint failed: try again later.'],
  ])('for %i %s and nothing missing is %j', (status, code, said) => {
    expect(hintOf(status, code, WHOLE)).toBe(said);
  });

  const APP = 'client_id=i&client_secret=s';

  it.each([
    [
      'grant_type=client_credentials&client_id=i',
      "The grant client_credentials needs 'clientSecret': not sent.",
    ],
    [
      'grant_type=client_credentials',
      "The grant client_credentials needs 'clientId' and 'clientSecret': not sent.",
    ],
    [
      `grant_type=authorization_code&${APP}`,
      "The grant authorization_code needs 'code' and 'redirectUri': not sent.",
    ],
    [
      'grant_type=authorization_code&client_id=i&code=c&redirect_uri=r',
      "The grant authorization_code needs 'clientSecret', or 'codeVerifier': not sent.",
    ],
    [
      `grant_type=authorization_code&${APP}&code=c&redirect_uri=`,
      "The grant authorization_code needs 'redirectUri': not sent.",
    ],
    [APP, `'grantType' was not sent. ${TAKES}`],
    [`grant_type=password&${APP}`, TAKES],
  ])('names what was not sent, whatever the endpoint calls it: %s', (body, said) => {
    for (const code of ['invalid_request', 'invalid_client', undefined])
      expect(hintOf(400, code, body), code).toBe(said);
  });

  it('asks for a pair where no grant names it, and not for what the form lacks', () => {
    const { form: _, ...formless } = token;
    const form = [{ name: 'clientSecret', as: 'client_secret' }];
    const plain = { ...formless, form, grants: [{ type: 'client_credentials' }] };
    expect(hintOf(403, undefined, 'grant_type=client_credentials', plain)).toBe(
      "The grant client_credentials needs 'clientSecret': not sent.",
    );
  });

  it('says of a pair that there was no secret, where there may be none', () => {
    const needs = ['code', 'codeVerifier'];
    const pkce = { ...token, grants: [{ type: 'authorization_code', needs }] };
    const takesNone = { ...pkce, grants: [...pkce.grants, { type: 'x', needs: ['clientSecret'] }] };
    const body = 'grant_type=authorization_code&client_id=i&code=c&code_verifier=v';
    expect(hintOf(401, 'invalid_client', body, takesNone)).toBe(
      'No clientSecret was sent: only a public client with PKCE may go without.',
    );
  });

  it('is none of other operations without a token', () => {
    expect(hint(401, { ...getThing, auth: 'none' })).toBeUndefined();
  });
});
