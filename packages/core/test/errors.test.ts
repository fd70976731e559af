import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import * as errors from '../src/errors.js';

type Errors = typeof errors;
type Kind = keyof Errors;

/** A second copy of core, as in a program whose packages brought two. */
const folder = mkdtempSync(join(tmpdir(), 'criteo-errors-'));
cpSync(join(import.meta.dirname, '../src'), folder, { recursive: true });
const other = (await import(join(folder, 'errors.ts'))) as Errors;
afterAll(() => rmSync(folder, { recursive: true }));

/** Each kind with those above it. */
const TREE: Readonly<Record<Kind, readonly Kind[]>> = {
  SdkError: [],
  ConfigError: ['SdkError'],
  ConnectionError: ['SdkError'],
  TimeoutError: ['ConnectionError', 'SdkError'],
  ResponseError: ['SdkError'],
  ApiError: ['SdkError'],
  AuthenticationError: ['ApiError', 'SdkError'],
  PermissionError: ['ApiError', 'SdkError'],
  RateLimitError: ['ApiError', 'SdkError'],
  PartialFailureError: ['ApiError', 'SdkError'],
  JobError: ['SdkError'],
  TokenError: ['SdkError'],
  ReauthRequiredError: ['SdkError', 'TokenError'],
};
const KINDS = Object.keys(TREE) as Kind[];
const own: Errors = errors;

const make = (kind: Kind, copy: Errors): Error =>
  new copy[kind]('It failed.', { limitMs: 1, reason: 'unreadable', state: 'failure' });

const kindsOf = (error: unknown, copy: Errors): Kind[] =>
  KINDS.filter((kind) => error instanceof copy[kind]);

describe('instanceof', () => {
  it('has every class in this table, and two classes of each kind', () => {
    expect(Object.keys(errors).sort()).toEqual([...KINDS].sort());
    for (const kind of KINDS) expect(other[kind]).not.toBe(own[kind]);
    expect(Object.getPrototypeOf(other.ApiError.prototype)).not.toBe(errors.SdkError.prototype);
  });

  it.each(KINDS)('takes %s for what it is, from either copy by either copy', (kind) => {
    const expected = KINDS.filter((one) => one === kind || TREE[kind].includes(one));
    for (const thrown of [make(kind, errors), make(kind, other)])
      for (const copy of [errors, other]) expect(kindsOf(thrown, copy)).toEqual(expected);
  });

  it("takes a class of the user's for itself alone", () => {
    class OutOfStock extends errors.ApiError {}
    const thrown = new OutOfStock('None is left.');
    expect(thrown).toBeInstanceOf(OutOfStock);
    expect(thrown).toBeInstanceOf(other.ApiError);
    expect(make('ApiError', errors)).not.toBeInstanceOf(OutOfStock);
    expect(make('RateLimitError', other)).not.toBeInstanceOf(OutOfStock);
  });

  it.each([undefined, null, 'ApiError', {}, new Error('ApiError'), errors.ApiError])(
    'takes %o for none of them',
    (value) => {
      expect(kindsOf(value, errors)).toEqual([]);
    },
  );
});

describe('an error', () => {
  it.each(KINDS)('called %s says so when it is printed', (kind) => {
    expect(String(make(kind, errors))).toBe(`${kind}: It failed.`);
  });

  it.each(KINDS)('called %s shows nothing that it does not know', (kind) => {
    const bare = new own[kind]('It failed.', {} as never);
    const printed = inspect(bare).slice(inspect(bare).indexOf('{'));
    expect(printed).toContain('retryable: false');
    expect(printed).not.toContain('undefined');
    const { hint, operation, status } = bare;
    expect([hint, operation, status]).toEqual([undefined, undefined, undefined]);
  });

  it('gives its model to the method that it is of, and to no other', () => {
    const error = new errors.TokenError('It failed.', {
      operation: 'getToken',
      code: 'c',
      uri: 'u',
    });
    const method = (id: string) => ({ operation: { id, method: 'POST', path: '/' } }) as const;
    expect(error.modelOf(method('getToken'))).toEqual({ error: 'c', error_uri: 'u' });
    expect(error.modelOf(method('getThing'))).toBeUndefined();
    const silent = new errors.TokenError('It failed.', { operation: 'getToken' });
    expect(silent.modelOf(method('getToken'))).toBeUndefined();
  });

  it('becomes JSON with its name, its message and its data', () => {
    const error = new errors.ApiError('It failed.', {
      operation: 'getThing',
      status: 400,
      traceId: 't',
      hint: 'Mend it.',
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ApiError',
      message: 'It failed.',
      operation: 'getThing',
      status: 400,
      retryable: false,
      attempts: 0,
      outcome: 'unknown',
      traceId: 't',
      hint: 'Mend it.',
      problems: [],
    });
  });
});
