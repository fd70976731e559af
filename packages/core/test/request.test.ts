import { describe, expect, it } from 'vitest';
import type { CallState } from '../src/call-state.js';
import { ConfigError } from '../src/errors.js';
import type { Operation } from '../src/operation.js';
import { writeRequest } from '../src/request.js';
import { fails } from './api.js';

/* What a call looks like on the wire, and what is refused before anything is sent. */

const TARGET = { origin: 'https://api.example.com', prefix: '/p' };

type Headers = Readonly<Record<string, string>>;

const write = (
  operation: Partial<Operation<object>>,
  params: object = {},
  { headers, userAgent }: { headers?: Headers; userAgent?: string } = {},
) =>
  writeRequest(
    { id: 'doThing', method: 'POST', path: '/things', ...operation } as Operation,
    params,
    { headers },
    { ...TARGET, userAgent },
    { secrets: new Set() } as unknown as CallState,
  );

const refused = async (...given: Parameters<typeof write>): Promise<unknown> => {
  const error = await fails(write(...given));
  expect(error).toBeInstanceOf(ConfigError);
  const { message, hint, operation } = error as ConfigError;
  expect(operation).toBe('doThing');
  return hint === undefined ? [message] : [message, hint];
};

const urlOf = async (...given: Parameters<typeof write>): Promise<string> =>
  (await write(...given)).url.replace('https://api.example.com/p', '');

const sent = async (...given: Parameters<typeof write>): Promise<unknown> => {
  const { body, headers } = await write(...given);
  return [headers['content-type'], body];
};

describe('a path', () => {
  it.each([
    ['/things/{id}', { id: 'a/b?c' }, '/things/a%2Fb%3Fc'],
    ['/things/{id}', { id: 0 }, '/things/0'],
    ['/things/{id}', { id: '...' }, '/things/...'],
    ['/{a}/x/{b}', { b: '2', a: '1' }, '/1/x/2'],
    ['/a.b/..c', {}, '/a.b/..c'],
  ])('%s with %j is %s', async (path, params, url) => {
    expect(await urlOf({ path }, params)).toBe(url);
  });

  it.each([
    'things',
    '//evil.example',
    '/\\evil.example',
    '/a?b',
    '/a#b',
    '/a b',
    '/a\\b',
    '/../a',
    '/a/..',
    '/a/./b',
    '/a/%2E%2e/b',
    '/%2e',
    '/a\n',
    '/2020-10/\0',
    '/a\u0085b',
    '/a\ud800',
    '',
  ])('%j is refused: it could lead elsewhere', async (path) => {
    expect(await refused({ path })).toEqual([
      "doThing: the path must begin with one '/' and hold no host, query, fragment, dots or control characters.",
      'Pass the query as `query`.',
    ]);
  });

  it.each([
    undefined,
    null,
    '',
    '.',
    '..',
    {},
    Number.NaN,
    '\ud800',
    '\0',
    'a\n',
    '\tb',
    'a\u0085b',
  ])('has no place for %j', async (id) => {
    expect(await refused({ path: '/things/{id}' }, { id })).toEqual([
      "doThing needs 'id' in its path: a non-empty string without control characters, or a number.",
    ]);
  });
});

describe('a query', () => {
  it.each([
    [['a', 'b'], { a: 'x y', b: 2 }, '?a=x%20y&b=2'],
    [['a', 'b'], { b: true }, '?b=true'],
    [['a', 'b'], { a: null, b: undefined }, ''],
    [['a'], { a: ['1', '2,3'] }, '?a=1&a=2%2C3'],
    [['a'], { a: [] }, ''],
    [[{ name: 'aB', as: 'a-b' }], { aB: 'x' }, '?a-b=x'],
    [[{ name: 'a', style: 'comma' }], { a: ['1', '2,3'] }, '?a=1,2%2C3'],
    [[{ name: 'a', style: 'pipe' }], { a: ['1', '2'] }, '?a=1%7C2'],
    [[{ name: 'a', style: 'space' }], { a: ['1', '2'] }, '?a=1%202'],
    [[{ name: 'a', style: 'comma' }], { a: [] }, ''],
  ] as [Operation['query'], object, string][])('%j of %j is %s', async (query, params, text) => {
    expect(await urlOf({ query: query ?? [] }, params)).toBe(`/things${text}`);
  });

  it.each([
    [new Date(0), '1970-01-01T00%3A00%3A00.000Z'],
    [5n, '5'],
    [false, 'false'],
    [0, '0'],
    ['', ''],
  ])('takes %s', async (a, text) => {
    expect(await urlOf({ query: ['a'] }, { a })).toBe(`/things?a=${text}`);
  });

  it.each([{ b: 1 }, new Date(Number.NaN), Number.POSITIVE_INFINITY, '\udfff', [[1]], () => 1])(
    'takes nothing like %o',
    async (a) => {
      expect(await refused({ query: ['a'] }, { a })).toEqual([
        "doThing: 'a' must be a string, a finite number, a boolean, a date or a list of them.",
      ]);
    },
  );

  it('has nothing of what every object has', async () => {
    expect(await urlOf({ query: ['toString', 'constructor'] }, {})).toBe('/things');
  });
});

describe('a parameter that the operation does not have', () => {
  it('is refused with those that it has', async () => {
    const operation: Partial<Operation<object>> = {
      path: '/things/{id}',
      query: ['a', { name: 'bC', as: 'b-c' }],
      body: true,
    };
    expect(await refused(operation, { id: '1', x: 1 })).toEqual([
      "doThing has no parameter 'x'.",
      'It takes: id, a, bC, body.',
    ]);
  });

  it.each([
    [{}, 'It takes none.'],
    [{ form: [{ name: 'code' }] }, 'It takes: code.'],
    [{ multipart: [{ name: 'file' }] }, 'It takes: file.'],
  ])('is refused by %j', async (operation, hint) => {
    expect(await refused(operation, { x: 1 })).toEqual(["doThing has no parameter 'x'.", hint]);
  });
});

describe('headers', () => {
  it('ask for JSON first and for what else is declared, a file as what it is, and say who asks', async () => {
    const headersOf = async (operation: Partial<Operation<object>>, userAgent?: string) =>
      (await write(operation, {}, userAgent === undefined ? {} : { userAgent })).headers;
    const json = { accept: 'application/json' };
    expect(await headersOf({})).toEqual(json);
    expect(await headersOf({ response: 'none' })).toEqual(json);
    expect(await headersOf({ accept: ['text/json', 'text/plain'] })).toEqual({
      accept: 'application/json, text/json, text/plain',
    });
    expect(await headersOf({ response: 'bytes' })).toEqual({ accept: '*/*' });
    expect(
      await headersOf({ response: 'text', accept: ['text/csv', 'text/html'] }, 'me/1'),
    ).toEqual({ accept: 'text/csv, text/html', 'user-agent': 'me/1' });
  });

  it("are the caller's, in lower case", async () => {
    const headers = { 'X-One': '1\t ~', accept: 'text/csv', "X!#$%&'*+.^_`|~0": '' };
    expect((await write({}, {}, { headers })).headers).toEqual({
      'x-one': '1\t ~',
      accept: 'text/csv',
      "x!#$%&'*+.^_`|~0": '',
    });
  });

  it.each([
    [
      'Authorization',
      'The client sends its own token; pass `tokens` to createClient for tokens from elsewhere.',
    ],
    ['Connection', 'It is the transport that keeps connections.'],
    ['Content-Length', 'It follows from the body.'],
    ['Host', 'It follows from baseUrl.'],
    [
      'Proxy-Authorization',
      'Pass `axios: proxyFromEnv()`, or an axios instance of your own, for a proxy.',
    ],
    ['Transfer-Encoding', 'It follows from the body.'],
  ])('have no %s of the caller', async (name, hint) => {
    expect(await refused({}, {}, { headers: { [name]: 'x' } })).toEqual([
      `doThing: '${name.toLowerCase()}' is not a header to set.`,
      hint,
    ]);
  });

  it('have a type of the caller, but not of an upload', async () => {
    const headers = { 'Content-Type': 'application/xml' };
    expect((await write({ body: true }, { body: 1 }, { headers })).headers['content-type']).toBe(
      'application/xml',
    );
    expect(await refused({ multipart: [{ name: 'f' }] }, { f: 'x' }, { headers })).toEqual([
      "doThing: 'content-type' is not a header to set.",
      'It carries the boundary between the parts.',
    ]);
    expect(
      (await write({ multipart: [{ name: 'f' }] }, {}, { headers: { a: 'b' } })).headers.a,
    ).toBe('b');
  });

  it.each([
    [{ 'a b': 'x' }, 'a?b'],
    [{ 'a:b_c': 'x' }, 'a?b_c'],
    [{ '': 'x' }, ''],
    [{ a: 'x\r\nb: c' }, 'a'],
    [{ a: 'ü' }, 'a'],
    [{ a: '\u007f' }, 'a'],
  ])('that cannot be sent as they are are refused: %j', async (headers, name) => {
    expect(await refused({}, {}, { headers: headers as Headers })).toEqual([
      `doThing: the header '${name}' cannot be sent as it is.`,
    ]);
  });
});

describe('a body', () => {
  it('is JSON, a form, or nothing', async () => {
    expect(await sent({ body: true }, { body: { a: [1, null] } })).toEqual([
      'application/json',
      '{"a":[1,null]}',
    ]);
    expect(await sent({ body: true }, { body: null })).toEqual(['application/json', 'null']);
    expect(await sent({ body: true }, {})).toEqual([undefined, undefined]);
    const form = [{ name: 'aB', as: 'a_b' }, { name: 'c', default: 'usual' }, { name: 'd' }];
    expect(await sent({ form }, { aB: 'x&y=+', d: 3 })).toEqual([
      'application/x-www-form-urlencoded',
      'a_b=x%26y%3D%2B&c=usual&d=3',
    ]);
    expect(await sent({ form }, { c: 'other' })).toEqual([
      'application/x-www-form-urlencoded',
      'c=other',
    ]);
  });

  it('of an upload has a part for each field that is given', async () => {
    const multipart = [{ name: 'file', as: 'AssetFile' }, { name: 'note' }, { name: 'gone' }];
    const file = new File(['abc'], 'a.txt', { type: 'text/plain' });
    const { body, headers } = await write({ multipart }, { file, note: 7, gone: null });
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    const text = Buffer.from(body as ArrayBuffer).toString();
    expect(text).toContain('name="AssetFile"; filename="a.txt"');
    expect(text).toContain('Content-Type: text/plain');
    expect(text).toContain('name="note"\r\n\r\n7\r\n');
    expect(text).not.toContain('gone');
  });

  it.each([
    [{ a: Number.NaN }, "'a' is NaN"],
    [{ a: [Number.POSITIVE_INFINITY] }, "'0' is Infinity"],
    [{ a: 1n }, 'it holds a cycle or a bigint'],
    [{ a: new ReadableStream() }, 'it holds a stream; read it first'],
    [{ a: { [Symbol.asyncIterator]: () => {} } }, 'it holds a stream; read it first'],
  ])('cannot be JSON: %#', async (body, why) => {
    expect(await refused({ body: true }, { body })).toEqual([
      `doThing: the body cannot be written as JSON: ${why}.`,
    ]);
  });

  it('keeps the secrets of a form from all messages', async () => {
    const form = [{ name: 'secret', secret: true as const }, { name: 'open' }];
    const { call } = await write({ form }, { secret: 'hidden', open: 'shown' });
    expect([...call.secrets]).toEqual(['hidden']);
    expect([...(await write({ form }, { secret: 5 })).call.secrets]).toEqual(['5']);
  });
});
