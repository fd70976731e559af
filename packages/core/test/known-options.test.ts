import { describe, expect, it } from 'vitest';
import { createTransport } from '../src/client.js';
import {
  CLIENT_OPTIONS,
  callOptionsOf,
  checkOptions,
  checkParams,
  nearest,
} from '../src/known-options.js';
import type { CallOptions } from '../src/operation.js';

const refusal = (make: () => unknown): unknown[] => {
  try {
    make();
    return ['it was taken'];
  } catch (error) {
    const { name, message, hint, operation } = error as Record<string, unknown>;
    return [name, message, hint, operation];
  }
};

describe('an option that nobody knows', () => {
  it.each([
    ['timeoutMS', "Did you mean 'timeoutMs'?"],
    ['timeout', "Did you mean 'timeoutMs'?"],
    ['clientsecret', "Did you mean 'clientSecret'?"],
    ['client_id', "Did you mean 'clientId'?"],
    ['baseURL', "Did you mean 'baseUrl'?"],
  ])('%s is refused, with the name that was meant', (name, hint) => {
    expect(refusal(() => checkOptions('createClient', { [name]: 1 }, CLIENT_OPTIONS))).toEqual([
      'ConfigError',
      `createClient has no option '${name}'.`,
      hint,
      undefined,
    ]);
  });

  it('is refused with the names that there are, if it is like none', () => {
    const of = (options: object) => refusal(() => callOptionsOf('getThing', options));
    const names = 'signal, timeoutMs, attemptTimeoutMs, headers, retry, throwOnPartialFailure';
    expect(of({ onProgress: () => {} })).toEqual([
      'ConfigError',
      "getThing has no option 'onProgress'.",
      `It has: ${names}.`,
      'getThing',
    ]);
    expect(of({ retry: { max: 2 } })[1]).toBe("getThing has no option 'retry.max'.");
  });

  it('may have a name that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const options = Object.fromEntries([[name, 1]]);
      expect(refusal(() => checkOptions('x', options, CLIENT_OPTIONS))[0]).toBe('ConfigError');
    }
  });
});

describe('an option of another kind', () => {
  it.each<readonly [object, string]>([
    [{ timeoutMs: '5' }, "'timeoutMs' must be a positive number of milliseconds"],
    [{ timeoutMs: Number.NaN }, "'timeoutMs' must be a positive number of milliseconds"],
    [{ timeoutMs: null }, "'timeoutMs' must be a positive number of milliseconds"],
    [{ attemptTimeoutMs: 0 }, "'attemptTimeoutMs' must be a positive number of milliseconds"],
    [{ headers: null }, "'headers' must be an object"],
    [{ headers: 'a: b' }, "'headers' must be an object"],
    [{ retry: false }, "'retry' must be an object"],
    [{ retry: { limit: '3' } }, "'retry.limit' must be a number from 0 on"],
    [{ retry: { unsafe: 1 } }, "'retry.unsafe' must be true or false"],
    [{ signal: new AbortController() }, "'signal' must be an AbortSignal"],
    [{ throwOnPartialFailure: 'no' }, "'throwOnPartialFailure' must be true or false"],
  ])('%j is refused', (options, why) => {
    const of = refusal(() => callOptionsOf('getThing', options as CallOptions));
    expect(of.slice(0, 2)).toEqual(['ConfigError', `getThing: ${why}.`]);
  });

  it('is none if it is undefined', () => {
    expect(callOptionsOf('getThing', { timeoutMs: undefined, retry: undefined })).toEqual({});
    expect(callOptionsOf('getThing', undefined)).toEqual({});
    expect(callOptionsOf('getThing', null)).toEqual({});
  });

  it('is refused where a signal stands for all options', () => {
    const { signal } = new AbortController();
    expect(refusal(() => callOptionsOf('getThing', signal as object))).toEqual([
      'ConfigError',
      'getThing: its options must be an object.',
      'A signal goes into an object: { signal }.',
      'getThing',
    ]);
  });

  it('is refused of a transport, too', () => {
    const make = () => createTransport({ baseUrl: 'https://a.example', timeoutMS: 1 } as never);
    expect(refusal(make)[1]).toBe("createTransport has no option 'timeoutMS'.");
  });
});

describe('parameters', () => {
  it.each([['a string'], [['an array']], [7], [null]])('are an object, and not %j', (params) => {
    expect(refusal(() => checkParams('getThing', params)).slice(0, 2)).toEqual([
      'ConfigError',
      'getThing takes its parameters as an object.',
    ]);
  });
});

it('the name that was meant is near', () => {
  expect(nearest('timeoutms', ['signal', 'timeoutMs'])).toBe('timeoutMs');
  expect(nearest('colour', ['signal', 'timeoutMs'])).toBeUndefined();
  expect(nearest('x'.repeat(100_000), ['signal'])).toBeUndefined();
});
