import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  ConnectionError,
  PermissionError,
  RateLimitError,
  ResponseError,
  TimeoutError,
} from '../src/errors.js';
import type { SdkEvent } from '../src/observe.js';
import type { RawRequest } from '../src/raw-request.js';
import {
  setUp as connectAndServe,
  createThing,
  fails,
  getFile,
  getThing,
  ok,
  perTest,
  SECRET,
  searchThings,
} from './api.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

/** Fails this often, then answers well. */
const failing =
  (times: number, fail: Handler): Handler =>
  (seen, response, before) =>
    (before < times ? fail : ok)(seen, response, before);

const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_seen, response) =>
    json(
      response,
      code,
      { errors: [{ code: 'some-code', detail: 'Some detail.', traceId: 't-1' }] },
      headers,
    );

describe('a call', () => {
  it('gives the parsed body, sent with a bearer token to the path under the prefix', async () => {
    const { client, server } = await setUp(ok);
    expect(await client.call(getThing, { id: 'a/b ü', tags: ['x,y', '&'] })).toEqual({
      name: 'thing',
    });
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v/oauth2/token',
      'GET /v/things/a%2Fb%20%C3%BC?tags=x%2Cy&tags=%26',
    ]);
    expect(server.seen[1]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      accept: 'application/json',
    });
  });

  it('asks for a token by form, with the credentials in the body (RFC 6749 section 2.3.1)', async () => {
    const { client, server } = await setUp(ok);
    await client.call(getThing, { id: '1' });
    expect(server.seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(server.seen[0]?.body))).toEqual({
      client_id: 'id',
      client_secret: SECRET,
      grant_type: 'client_credentials',
    });
  });

  it('starts at once, whether or not somebody awaits it', async () => {
    const { client, apiCalls } = await setUp(ok);
    const call = client.call(createThing, { body: {} });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(apiCalls()).toHaveLength(1);
    expect(call).toBeInstanceOf(Promise);
    await call;
  });

  it('gives status, headers, warnings, trace id and attempts on request, with one exchange', async () => {
    const body = {
      name: 'thing',
      warnings: [{ code: 'w', detail: 'Careful.', traceIdentifier: 't-9' }],
    };
    const { client, apiCalls } = await setUp((_seen, response) =>
      json(response, 200, body, { 'x-one': '1' }),
    );
    const answer = await client.call(getThing, { id: '1' }).withResponse();
    expect(answer).toMatchObject({
      data: body,
      status: 200,
      headers: { 'x-one': '1' },
      warnings: [{ code: 'w', detail: 'Careful.', traceId: 't-9' }],
      traceId: 't-9',
      attempts: 1,
    });
    expect(apiCalls()).toHaveLength(1);
  });

  it('reports a failure once when only withResponse is awaited', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { client } = await setUp(status(404));
    await fails(client.call(getThing, { id: '1' }).withResponse());
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('gives undefined for 204 and for an empty body', async () => {
    const { client } = await setUp((_seen, response, before) =>
      response.writeHead(before === 0 ? 204 : 200).end(),
    );
    expect(await client.call(getThing, { id: '1' })).toBeUndefined();
    expect(await client.call(getThing, { id: '1' })).toBeUndefined();
  });

  it('gives bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 239, 187, 191]);
    const { client, apiCalls } = await setUp((_seen, response) =>
      response.writeHead(200, { 'content-type': 'text/csv' }).end(bytes),
    );
    const data = await client.call(getFile);
    expect(Buffer.from(data)).toEqual(bytes);
    expect(apiCalls()[0]?.headers.accept).toBe('text/csv');
  });

  it('reaches what no document names, with the same tokens', async () => {
    const { client, apiCalls } = await setUp(ok);
    await client.request({
      method: 'POST',
      path: '/undocumented',
      query: { a: [1, 2] },
      body: { b: true },
    });
    expect(apiCalls()[0]).toMatchObject({
      method: 'POST',
      url: '/v/undocumented?a=1&a=2',
      body: '{"b":true}',
      headers: { authorization: 'Bearer token-1' },
    });
  });

  it.each([
    '//evil.example/x',
    'https://evil.example/x',
    'x',
    '',
    '/\\evil.example',
    '/a/../b',
    '/../b',
    '/.',
    '/a?b=1',
    '/a#b',
    '/2020-10/\0',
    '/a/\u0085b',
    '/a/\ud800',
    '/a/{id}',
    '/a}',
  ])('refuses the path %j before anything is sent', async (path) => {
    const { client, server } = await setUp(ok);
    expect(await fails(client.request({ method: 'GET', path }))).toBeInstanceOf(ConfigError);
    expect(server.seen).toHaveLength(0);
  });

  it.each<readonly [string, unknown]>([
    ['method', undefined],
    ['method', { method: 'get', path: '/x' }],
    ['method', { method: 'TRACE', path: '/x' }],
    ['path', { method: 'GET' }],
    ['path', { method: 'GET', path: new URL('https://api.example/x') }],
    ['query', { method: 'GET', path: '/x', query: 'a=1' }],
    ['query', { method: 'GET', path: '/x', query: [1] }],
    ['response', { method: 'GET', path: '/x', response: 'text' }],
    ['rateClass', { method: 'GET', path: '/x', rateClass: '' }],
    ['rateClass', { method: 'GET', path: '/x', rateClass: 7 }],
    ['read', { method: 'POST', path: '/x', read: 'yes' }],
  ])("says what is wrong with the '%s' of a request: %j", async (name, request) => {
    const { client, server } = await setUp(ok);
    const error = await fails(client.request(request as RawRequest & { response: 'bytes' }));
    expect(error).toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(new RegExp(`^client\\.request: '${name}' must `)),
      hint: expect.stringContaining('client.request({'),
    });
    expect(server.seen).toHaveLength(0);
  });

  it('reads what no document names as bytes, or as they come', async () => {
    const bytes = Buffer.from([0, 255, 254, 13, 10]);
    const { client, apiCalls } = await setUp((_seen, response) =>
      response.writeHead(200, { 'content-type': 'text/csv' }).end(bytes),
    );
    const file = { method: 'GET', path: '/file' } as const;
    const whole = await client.request({ ...file, response: 'bytes' });
    expect(Buffer.from(whole)).toEqual(bytes);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await client.request({ ...file, response: 'stream' }))
      chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(bytes);
    expect(apiCalls().map(({ headers }) => headers.accept)).toEqual(['*/*', '*/*']);
  });

  it('sends a request again that only reads, and no other', async () => {
    const { client, apiCalls } = await setUp((_seen, response, before) =>
      before > 2 ? json(response, 200, {}) : response.destroy(),
    );
    const search = { method: 'POST', path: '/search', body: {} } as const;
    await fails(client.request(search));
    expect(apiCalls()).toHaveLength(1);
    await client.request({ ...search, read: true });
    expect(apiCalls().length).toBeGreaterThan(2);
  });

  it('takes a query parameter called body for what it is', async () => {
    const { client, apiCalls } = await setUp(ok);
    await client.request({ method: 'GET', path: '/x', query: { body: 'text' } });
    expect(apiCalls()[0]).toMatchObject({ url: '/v/x?body=text', body: '' });
  });

  it('lets two clients share tokens', async () => {
    const { client, connect, tokenCalls } = await setUp(ok);
    await client.call(getThing, { id: '1' });
    await connect({ tokens: client.tokens }).call(getThing, { id: '2' });
    expect(tokenCalls()).toHaveLength(1);
  });
});

describe('a refused token', () => {
  const refusing =
    (values: string[]): Handler =>
    (seen, response, before) =>
      values.includes(String(seen.headers.authorization))
        ? status(401)(seen, response, before)
        : ok(seen, response, before);

  it('is replaced and the call sent once more', async () => {
    const { client, apiCalls, tokenCalls } = await setUp(refusing(['Bearer token-1']));
    const { attempts } = await client.call(createThing, { body: {} }).withResponse();
    expect(attempts).toBe(2);
    expect(apiCalls()).toHaveLength(2);
    expect(tokenCalls()).toHaveLength(2);
  });

  it('is an error the second time: two API requests, one new token', async () => {
    const { client, apiCalls, tokenCalls } = await setUp(status(401));
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'AuthenticationError',
      status: 401,
      attempts: 2,
      operation: 'getThing',
    });
    expect(apiCalls()).toHaveLength(2);
    expect(tokenCalls()).toHaveLength(2);
  });

  it('costs 50 parallel calls one new token', async () => {
    const { client, apiCalls, tokenCalls } = await setUp(refusing(['Bearer token-1']));
    await Promise.all(Array.from({ length: 50 }, () => client.call(getThing, { id: '1' })));
    expect(tokenCalls()).toHaveLength(2);
    expect(apiCalls()).toHaveLength(100);
  });

  it('costs no new token for 403', async () => {
    const { client, apiCalls, tokenCalls } = await setUp(status(403));
    const error = await fails(client.call(getThing, { id: '1' }));
    expect(error).toBeInstanceOf(PermissionError);
    expect(error).toMatchObject({
      message: 'getThing failed: 403 some-code · Some detail. · trace t-1',
      traceId: 't-1',
      retryable: false,
    });
    expect([apiCalls().length, tokenCalls().length]).toEqual([1, 1]);
  });
});

describe('the token endpoint', () => {
  const tokenOnce =
    (fail: Handler, times = 1): Handler =>
    (seen, response, before) =>
      before < times
        ? fail(seen, response, before)
        : json(response, 200, { access_token: 'late', token_type: 'Bearer', expires_in: 900 });

  it('is asked again after a 500', async () => {
    const { client, tokenCalls } = await setUp(ok, {}, tokenOnce(status(500)));
    await client.call(getThing, { id: '1' });
    expect(tokenCalls()).toHaveLength(2);
  });

  it('is asked three times at most', async () => {
    const { client, apiCalls, tokenCalls } = await setUp(ok, {}, status(500));
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'TokenError',
      status: 500,
      attempts: 3,
      retryable: true,
    });
    expect([apiCalls().length, tokenCalls().length]).toEqual([0, 3]);
  });

  it.each([400, 401, 403])('is asked once when it says %i', async (code) => {
    const { client, tokenCalls } = await setUp(ok, {}, (_seen, response) =>
      json(response, code, { error: 'invalid_client', error_description: 'Unknown pair.' }),
    );
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'TokenError',
      status: code,
      code: 'invalid_client',
      retryable: false,
      message: `token failed: ${code} invalid_client · Unknown pair.`,
    });
    expect(tokenCalls()).toHaveLength(1);
  });

  it('gives 1,000 calls on a cold client one token', async () => {
    const { client, tokenCalls, apiCalls } = await setUp(ok);
    await Promise.all(Array.from({ length: 1_000 }, () => client.call(getThing, { id: '1' })));
    expect([tokenCalls().length, apiCalls().length]).toEqual([1, 1_000]);
  });
});

describe('a failed attempt', () => {
  it.each([408, 500, 502, 503, 504])('with %i is repeated for a read', async (code) => {
    const { client, apiCalls } = await setUp(failing(2, status(code)));
    const { attempts } = await client.call(getThing, { id: '1' }).withResponse();
    expect([attempts, apiCalls().length]).toEqual([3, 3]);
  });

  it.each([400, 404, 409, 422, 501, 505])('with %i is final', async (code) => {
    const { client, apiCalls } = await setUp(status(code));
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'ApiError',
      status: code,
      retryable: false,
    });
    expect(apiCalls()).toHaveLength(1);
  });

  it('is repeated three times and no more; 0 means none', async () => {
    const { client, apiCalls } = await setUp(status(500));
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      attempts: 4,
      retryable: true,
    });
    expect(await fails(client.call(getThing, { id: '1' }, { retry: { limit: 0 } }))).toMatchObject({
      attempts: 1,
    });
    expect(apiCalls()).toHaveLength(5);
  });

  it('is not repeated for a write, and the error says that it may have been processed', async () => {
    const { client, apiCalls } = await setUp(status(500));
    const error = await fails(client.call(createThing, { body: {} }));
    expect(error).toMatchObject({ status: 500, retryable: false });
    expect(String(error)).toContain('may have been processed');
    expect(apiCalls()).toHaveLength(1);
  });

  it('is repeated for a write that is marked safe, or by those who know', async () => {
    const { client, apiCalls } = await setUp(failing(1, status(500)));
    await client.call(searchThings, { body: {} });
    expect(apiCalls()).toHaveLength(2);
    const again = await setUp(failing(1, status(500)));
    await again.client.call(createThing, { body: {} }, { retry: { unsafe: true } });
    expect(again.apiCalls()).toHaveLength(2);
  });

  it.each([status(429), status(429, { 'retry-after': '0' })])(
    'is repeated for a write when nothing was processed',
    async (fail) => {
      const { client, apiCalls } = await setUp(failing(1, fail));
      await client.call(createThing, { body: {} });
      expect(apiCalls()).toHaveLength(2);
    },
  );

  it('is repeated no earlier than the answer asks', async () => {
    const { client, apiCalls } = await setUp(failing(1, status(429, { 'retry-after': '1' })));
    const startedAt = performance.now();
    await client.call(getThing, { id: '1' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    expect(apiCalls()).toHaveLength(2);
  });

  it('is an error at once when the answer asks for more than a minute', async () => {
    const reset = Math.floor(Date.now() / 1000) + 3_600;
    const { client, apiCalls } = await setUp(
      status(429, {
        'x-ratelimit-limit': '250',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      }),
    );
    const error = await fails(client.call(getThing, { id: '1' }));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({
      limit: 250,
      remaining: 0,
      resetAt: new Date(reset * 1000),
      retryable: true,
    });
    expect(apiCalls()).toHaveLength(1);
  });

  it('is a connection that was refused: repeated even for a write', async () => {
    const { client, server, connect } = await setUp(ok);
    await client.tokens.get();
    await server.close();
    const error = await fails(connect({ tokens: client.tokens }).call(createThing, { body: {} }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', attempts: 4, retryable: true });
    expect(String(error)).not.toContain('may have been processed');
  });

  it('is a connection that closed in the middle of the body: repeated for a read, not for a write', async () => {
    const cut: Handler = (_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"name":');
      setTimeout(() => response.destroy(), 10);
    };
    const { client, apiCalls } = await setUp(failing(1, cut));
    expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
    expect(apiCalls()).toHaveLength(2);
    const write = await setUp(cut);
    const error = await fails(write.client.call(createThing, { body: {} }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(String(error)).toContain('may have been processed');
    expect(write.apiCalls()).toHaveLength(1);
  });
});

describe('an answer that cannot be read', () => {
  const raw =
    (body: string, type = 'application/json'): Handler =>
    (_seen, response) =>
      response.writeHead(200, { 'content-type': type }).end(body);

  it.each([
    ['HTML', raw('<html>', 'text/html'), 'content-type'],
    ['half of it', raw('{"name":'), 'unreadable'],
    ['100,000 levels', raw('['.repeat(100_000)), 'unreadable'],
    ['an integer beyond 2^53', raw('{"data":{"id":9007199254740993}}'), 'unsafe-integer'],
  ] as const)('is an error of its own: %s', async (_, handler, reason) => {
    const { client } = await setUp(handler);
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'ResponseError',
      reason,
      status: 200,
    });
  });

  it('names the field of an integer that would lose digits', async () => {
    const { client } = await setUp(raw('{"data":{"id":9007199254740993}}'));
    expect(String(await fails(client.call(getThing, { id: '1' })))).toContain("'data.id'");
  });

  it.each(['application/json; charset=utf-8', 'application/problem+json', 'text/json'])(
    'is none where the type is %s',
    async (type) => {
      const { client } = await setUp(raw('{"name":"x"}', type));
      expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'x' });
    },
  );

  it.each([301, 302, 303, 307, 308])(
    'is a redirect (%i): not followed, and only the origin is named',
    async (code) => {
      const thief = await connectAndServe(ok);
      const { client } = await setUp((_seen, response) =>
        response.writeHead(code, { location: `${thief.server.url}/path?secret=1` }).end(),
      );
      const error = await fails(client.call(getThing, { id: '1' }));
      expect(error).toBeInstanceOf(ResponseError);
      expect(error).toMatchObject({ reason: 'redirected', status: code });
      expect(String(error)).not.toContain('secret=1');
      expect(thief.server.seen).toHaveLength(0);
      await thief.server.close();
    },
  );

  it.each([301, 302, 303, 307, 308])(
    'is a redirect (%i) of the token endpoint: the secret goes nowhere',
    async (code) => {
      const thief = await connectAndServe(ok);
      const { client } = await setUp(ok, {}, (_seen, response) =>
        response.writeHead(code, { location: `${thief.server.url}/oauth2/token` }).end(),
      );
      expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
        name: 'TokenError',
        status: code,
      });
      expect(thief.server.seen).toHaveLength(0);
      await thief.server.close();
    },
  );
});

describe('time', () => {
  const hang: Handler = () => {};

  it('ends the whole call at its limit, whatever the server does', async () => {
    const { client } = await setUp(hang);
    const startedAt = performance.now();
    const error = await fails(client.call(getThing, { id: '1' }, { timeoutMs: 150 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      limitMs: 150,
      code: 'ETIMEDOUT',
      operation: 'getThing',
      attempts: 1,
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('gives the error at once where the next pause would go beyond the limit', async () => {
    const { client, apiCalls } = await setUp(status(503), {
      retry: { baseMs: 10_000, maxMs: 10_000 },
    });
    const startedAt = performance.now();
    const error = await fails(client.call(getThing, { id: '1' }, { timeoutMs: 1_000 }));
    expect(error).toMatchObject({ name: 'ApiError', status: 503, retryable: true });
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(apiCalls()).toHaveLength(1);
  });

  it('ends a body that trickles', async () => {
    const { client } = await setUp((_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await fails(client.call(getThing, { id: '1' }, { timeoutMs: 150 }))).toBeInstanceOf(
      TimeoutError,
    );
  });

  it('covers the wait for a token; nothing was processed then', async () => {
    const { client } = await setUp(ok, {}, hang);
    const error = await fails(client.call(createThing, { body: {} }, { timeoutMs: 150 }));
    expect(error).toMatchObject({ name: 'TimeoutError', attempts: 0 });
    expect(String(error)).not.toContain('may have been processed');
  });

  it('says of a write that timed out that it may have been processed', async () => {
    const { client } = await setUp(hang);
    expect(
      String(await fails(client.call(createThing, { body: {} }, { timeoutMs: 150 }))),
    ).toContain('may have been processed');
  });

  it("ends with the caller's own reason when the caller aborts", async () => {
    const { client } = await setUp(hang);
    const controller = new AbortController();
    const call = fails(client.call(getThing, { id: '1' }, { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('no longer wanted')), 50);
    expect(String(await call)).toBe('Error: no longer wanted');
  });

  it('sends nothing for a signal that has aborted before', async () => {
    const { client, server } = await setUp(ok);
    await fails(
      client.call(getThing, { id: '1' }, { signal: AbortSignal.abort(new Error('too late')) }),
    );
    expect(server.seen).toHaveLength(0);
  });

  it('leaves no listener on a signal that lives long', async () => {
    const { client } = await setUp(ok);
    const controller = new AbortController();
    let listeners = 0;
    const add = controller.signal.addEventListener.bind(controller.signal);
    const remove = controller.signal.removeEventListener.bind(controller.signal);
    controller.signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    controller.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    for (let i = 0; i < 5; i += 1)
      await client.call(getThing, { id: '1' }, { signal: controller.signal });
    expect(listeners).toBe(0);
  });
});

describe('what a caller gets wrong', () => {
  it.each([
    ['an unknown parameter', { id: '1', idd: '2' }, "getThing has no parameter 'idd'."],
    [
      'a missing path parameter',
      {},
      "getThing needs 'id' in its path: a non-empty string without control characters, or a number.",
    ],
    [
      'an empty path parameter',
      { id: '' },
      "getThing needs 'id' in its path: a non-empty string without control characters, or a number.",
    ],
    [
      'a path parameter that climbs',
      { id: '..' },
      "getThing needs 'id' in its path: a non-empty string without control characters, or a number.",
    ],
    [
      'an object in the query',
      { id: '1', tags: [{}] },
      "getThing: 'tags' must be a string, a finite number, a boolean, a date or a list of them.",
    ],
  ])('is told before anything is sent: %s', async (_, params, message) => {
    const { client, server } = await setUp(ok);
    const error = await fails(client.call(getThing, params as { id: string }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ message, operation: 'getThing' });
    expect(server.seen).toHaveLength(0);
  });

  it.each([{ authorization: 'Bearer mine' }, { 'x-bad': 'a\r\nb: c' }, { 'bad name': 'x' }])(
    'is told about the header %o',
    async (headers) => {
      const { client, server } = await setUp(ok);
      expect(
        await fails(
          client.call(getThing, { id: '1' }, { headers: headers as Record<string, string> }),
        ),
      ).toBeInstanceOf(ConfigError);
      expect(server.seen).toHaveLength(0);
    },
  );

  it.each([0, -1, Number.NaN])('is told about the time limit %d', async (timeoutMs) => {
    const { client } = await setUp(ok);
    expect(await fails(client.call(getThing, { id: '1' }, { timeoutMs }))).toBeInstanceOf(
      ConfigError,
    );
  });

  it('is told about a body that is no JSON', async () => {
    const { client } = await setUp(ok);
    expect(await fails(client.call(createThing, { body: { id: 1n } }))).toBeInstanceOf(ConfigError);
  });

  it.each([
    ['http://api.example.com', 'tokens travel over https only'],
    ['http://127.0.0.1.evil.example', 'tokens travel over https only'],
    ['api.example.com', 'it is no URL'],
    ['', 'it is no URL'],
    ['ftp://api.example.com', 'it does not begin with https://'],
    ['https://user:pass@api.example.com', 'it holds a user name or password'],
    ['https://api.example.com/v1', 'it is more than an origin'],
  ])('is told when the client is made: baseUrl %j', async (baseUrl, why) => {
    const { connect } = await setUp(ok);
    expect(() => connect({ baseUrl })).toThrow(why);
    expect(() => connect({ baseUrl })).toThrow(ConfigError);
  });

  it('needs an option for http even to this machine', async () => {
    const { connect } = await setUp(ok);
    expect(() => connect({ allowLoopbackHttp: false })).toThrow('tokens travel over https only');
  });

  it.each([
    [{ timeoutMS: 5 }, "createClient has no option 'timeoutMS'."],
    [{ timeoutMs: '5' }, "createClient: 'timeoutMs' must be a positive number of milliseconds."],
    [{ logLevel: 'trace' }, "createClient: 'logLevel' must be 'debug', 'warn' or 'off'."],
    [{ retry: { limits: 2 } }, "createClient has no option 'retry.limits'."],
    [{ clientId: 7 }, "createClient: 'clientId' must be a string."],
    [
      { grant: { type: 'authorization_code', code: 'x', redirectUri: 'y' } },
      "made-up/1 has no grant 'authorization_code'.",
    ],
    [{ grant: { type: 'password' } }, "made-up/1 has no grant 'password'."],
  ])('is told when the client is made: %o', async (options, message) => {
    const { connect } = await setUp(ok);
    expect(() => connect(options as never)).toThrow(message);
  });

  it.each([
    [{ clientId: '' }, "'clientId', a non-empty string"],
    [{ clientId: undefined }, "'clientId', a non-empty string"],
    [{ clientSecret: ' ' }, "'clientSecret', a non-empty string or a function that returns one"],
    [
      { clientSecret: undefined },
      "'clientSecret', a non-empty string or a function that returns one",
    ],
  ])(
    'is told at the first call, as modules are loaded where the environment is empty: %o',
    async (options, what) => {
      const { connect, server } = await setUp(ok);
      const client = connect(options as never);
      for (const call of [client.call(getThing, { id: '1' }), client.tokens.get()])
        expect(await fails(call)).toMatchObject({
          name: 'ConfigError',
          message: `The client was made without ${what}.`,
        });
      expect(server.seen).toEqual([]);
    },
  );

  it('is told about a secret function that returns nothing', async () => {
    const { connect } = await setUp(ok);
    expect(
      await fails(connect({ clientSecret: () => '' }).call(getThing, { id: '1' })),
    ).toBeInstanceOf(ConfigError);
  });
});

describe('observing', () => {
  it('tells of each attempt without headers, bodies or values', async () => {
    const events: SdkEvent[] = [];
    const { client } = await setUp(failing(1, status(503)), {
      observe: (event) => events.push(event),
    });
    await client.call(getThing, { id: 'private-id' });
    expect(events).toMatchObject([
      {
        type: 'attempt',
        operation: 'token',
        method: 'POST',
        path: '/oauth2/token',
        attempt: 1,
        status: 200,
      },
      {
        type: 'attempt',
        operation: 'getThing',
        method: 'GET',
        path: '/things/{id}',
        attempt: 1,
        status: 503,
      },
      {
        type: 'attempt',
        operation: 'getThing',
        method: 'GET',
        path: '/things/{id}',
        attempt: 2,
        status: 200,
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('private-id');
  });

  it('is harmless when the hook throws', async () => {
    const { client } = await setUp(ok, {
      observe: () => {
        throw new Error('hook');
      },
    });
    expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
  });
});
