import { describe, expect, it } from 'vitest';
import { hintFor } from '../src/criteo/hints.js';
import type { HttpRequest } from '../src/http.js';
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

describe('the hint of the token endpoint', () => {
  const token: Operation = {
    id: 'token',
    method: 'POST',
    path: '/token',
    auth: 'none',
    form: [
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
  const PAIR = 'Check that clientId and clientSecret are a pair of one app.';

  it.each([
    [401, 'invalid_client', PAIR],
    [400, 'invalid_client', PAIR],
    [
      400,
      'invalid_grant',
      'The code or refresh token is used up, has expired, or belongs to another app or redirect URI.',
    ],
    [
      400,
      'unauthorized_client',
      'The app may not use this grant: its settings in the Partner Dashboard decide.',
    ],
    [
      400,
      'unsupported_grant_type',
      'This API version takes: client_credentials, authorization_code.',
    ],
    [400, 'invalid_scope', undefined],
    [
      400,
      undefined,
      'The endpoint gives no reason. Check clientId and clientSecret, and the parameters of the grant.',
    ],
    [401, undefined, `${PAIR} The endpoint gives no reason.`],
    [403, undefined, `${PAIR} The endpoint gives no reason; the app may also lack this grant.`],
    [429, undefined, undefined],
    [500, undefined, undefined],
  ])('%i %s', (status, code, said) => {
    expect(hint(status, token, code)).toBe(said);
  });

  it.each([
    [
      'grant_type=client_credentials',
      "The grant client_credentials needs 'clientSecret', which was not sent.",
    ],
    [
      'grant_type=authorization_code&client_secret=s',
      "The grant authorization_code needs 'code' and 'redirectUri', which were not sent.",
    ],
    [
      'grant_type=authorization_code&code=c&code_verifier=v',
      "The grant authorization_code needs 'redirectUri', which was not sent.",
    ],
    [
      'grant_type=authorization_code&client_secret=s&code=c&redirect_uri=',
      "The grant authorization_code needs 'redirectUri', which was not sent.",
    ],
    ['grant_type=client_credentials&client_secret=s', undefined],
    ['grant_type=password', undefined],
    ['', undefined],
  ])('of an invalid request names what was not sent: %s', (body, said) => {
    const request = { operation: token, call: { life: {} }, body } as HttpRequest;
    expect(hintFor(400, request, 'invalid_request')).toBe(said);
  });

  it('is none of other operations without a token', () => {
    expect(hint(401, { ...getThing, auth: 'none' })).toBeUndefined();
  });
});
