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
  const token: Operation = { ...getThing, id: 'token', auth: 'none', scopes: ['Thing_Read'] };

  it.each([
    [400, 'invalid_client'],
    [400, 'unauthorized_client'],
    [400, undefined],
    [401, undefined],
    [403, undefined],
  ])('%i %s is about the credentials', (status, code) => {
    expect(hint(status, token, code)).toBe(
      'Check that clientId and clientSecret are a pair of one app, and that the app has this grant.',
    );
  });

  it.each([
    ['a consent that is used up', 400, 'invalid_grant'],
    ['a budget that is used up', 429, undefined],
    ['a failure of its own', 500, undefined],
    ['a failure that it calls by a code', 503, 'invalid_client'],
  ])('is none for %s: the credentials are right', (_what, status, code) => {
    expect(hint(status, token, code)).toBeUndefined();
  });
});
