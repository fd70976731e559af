import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import axios from 'axios';
import { describe, expect, it, vi } from 'vitest';
import { ConnectionError, ResponseError } from '../src/errors.js';
import {
  setUp as connectAndServe,
  createThing,
  fails,
  getFile,
  getThing,
  ok,
  perTest,
} from './api.js';
import { type Handler, json } from './server.js';

const setUp = perTest();

const encoded =
  (encoding: string, body: Buffer): Handler =>
  (_seen, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
      .end(body);

describe('the transport on Node', () => {
  it.each([
    ['gzip', gzipSync('{"name":"thing"}')],
    ['deflate', deflateSync('{"name":"thing"}')],
    ['br', brotliCompressSync('{"name":"thing"}')],
  ])('inflates %s', async (encoding, body) => {
    const { client, apiCalls } = await setUp(encoded(encoding, body));
    expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
    expect(apiCalls()[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  it('tells a broken gzip from a broken connection', async () => {
    const { client } = await setUp(encoded('gzip', Buffer.from('no gzip')));
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'ResponseError',
      reason: 'unreadable',
    });
  });

  it('ends when the connection breaks in the middle of a gzip', async () => {
    const body = gzipSync(randomBytes(100_000));
    const { client } = await setUp((_seen, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'content-length': body.length,
      });
      response.write(body.subarray(0, 1_000));
      setTimeout(() => response.destroy(), 20);
    });
    expect(await fails(client.call(getThing, { id: '1' }, { retry: { limit: 0 } }))).toBeInstanceOf(
      ConnectionError,
    );
  });

  it('refuses an answer that inflates beyond 50 MiB, without holding it', async () => {
    const bomb = gzipSync(Buffer.alloc(128 * 1024 * 1024));
    const { client, apiCalls } = await setUp(encoded('gzip', bomb));
    const error = await fails(client.call(getThing, { id: '1' }));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ reason: 'too-large', retryable: false });
    expect(apiCalls()).toHaveLength(1);
  });

  it('refuses a token answer beyond 1 MiB', async () => {
    const { client } = await setUp(ok, {}, (_seen, response) =>
      json(response, 200, { access_token: 'a'.repeat(2 * 1024 * 1024) }),
    );
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({ name: 'TokenError' });
  });

  it('refuses 3,000 headers as a bad answer', async () => {
    const { client } = await setUp((_seen, response) => {
      for (let i = 0; i < 3_000; i += 1) response.setHeader(`x-header-${i}`, 'x'.repeat(20));
      json(response, 200, {});
    });
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({
      name: 'ResponseError',
      reason: 'unreadable',
    });
  });

  it('takes the first of two equal headers', async () => {
    const { client } = await setUp((_seen, response) => {
      response.writeHead(
        200,
        [
          ['content-type', 'application/json'],
          ['x-id', 'one'],
          ['x-id', 'two'],
        ].flat(),
      );
      response.end('{}');
    });
    expect((await client.call(getThing, { id: '1' }).withResponse()).headers['x-id']).toBe('one');
  });

  it('opens at most 64 connections and keeps them for later calls', async () => {
    const sockets = new Set<unknown>();
    const server = createServer((request, response) => {
      sockets.add(request.socket);
      request.resume();
      setTimeout(
        () =>
          json(response, 200, {
            access_token: 't',
            token_type: 'Bearer',
            expires_in: 900,
            name: 'thing',
          }),
        2,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { connect } = await setUp(ok);
    const client = connect({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    await Promise.all(Array.from({ length: 500 }, () => client.call(getThing, { id: '1' })));
    // One of them is for tokens.
    expect(sockets.size).toBeLessThanOrEqual(65);
    client.close();
    server.closeAllConnections();
    server.close();
  });

  it('keeps none in Deno, which sends a request again by itself when a kept one ends', async () => {
    const sockets = new Set<unknown>();
    const handler: Handler = (seen, response, before) => {
      sockets.add(response.socket);
      ok(seen, response, before);
    };
    const { client, connect } = await setUp(handler);
    vi.stubGlobal('Deno', {});
    const inDeno = connect({ tokens: client.tokens });
    for (const id of ['1', '2', '3']) await inDeno.call(getThing, { id });
    vi.unstubAllGlobals();
    expect(sockets.size).toBe(3);
  });

  it('uses no proxy of the environment', async () => {
    const proxy = await connectAndServe(ok);
    const before = { ...process.env };
    for (const name of [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'all_proxy',
    ])
      process.env[name] = proxy.server.url;
    try {
      const { client } = await setUp(ok);
      expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
      expect(proxy.server.seen).toHaveLength(0);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      await proxy.server.close();
    }
  });

  it('names host and port of a server that is not there, and nothing else', async () => {
    const { connect, server } = await setUp(ok);
    await server.close();
    const error = await fails(connect().call(getThing, { id: '1' }));
    expect(String(error)).toBe(
      `TokenError: token failed: the connection was refused (ECONNREFUSED) at ${new URL(server.url).host}.`,
    );
  });

  it('survives a server that closes idle connections', async () => {
    const { client, server } = await setUp(ok);
    expect(server.url).toMatch(/^http/);
    for (let i = 0; i < 20; i += 1) {
      expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
      if (i % 5 === 4) client.close();
    }
  });
});

describe("a user's own axios", () => {
  it('carries tokens and calls, with its adapter, headers and interceptors', async () => {
    const own = axios.create({ headers: { 'x-own': '1' } });
    const urls: string[] = [];
    own.interceptors.request.use((config) => {
      urls.push(String(config.url));
      return config;
    });
    const { client, apiCalls, tokenCalls } = await setUp(ok, { axios: own });
    expect(await client.call(getThing, { id: '1' })).toEqual({ name: 'thing' });
    expect(urls).toHaveLength(2);
    expect([apiCalls()[0]?.headers['x-own'], tokenCalls()[0]?.headers['x-own']]).toEqual([
      '1',
      '1',
    ]);
  });

  it('follows no redirect either', async () => {
    const thief = await connectAndServe(ok);
    const { client } = await setUp(
      (_seen, response) => response.writeHead(307, { location: thief.server.url }).end(),
      { axios: axios.create() },
    );
    expect(await fails(client.call(getThing, { id: '1' }))).toMatchObject({ reason: 'redirected' });
    expect(thief.server.seen).toHaveLength(0);
    await thief.server.close();
  });

  it('gives bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 1]);
    const { client } = await setUp(
      (_seen, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end(bytes),
      { axios: axios.create() },
    );
    expect(Buffer.from(await client.call(getFile))).toEqual(bytes);
  });

  it('sends no content type without a body', async () => {
    const { client, apiCalls } = await setUp(ok, { axios: axios.create() });
    await client.request({ method: 'POST', path: '/start' });
    await client.call(createThing, { body: {} });
    const types = apiCalls().map(({ headers }) => headers['content-type']);
    expect(types).toEqual([undefined, 'application/json']);
  });

  it('fails with our errors: a connection that breaks in the body is a network fault', async () => {
    const { client } = await setUp(
      (_seen, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{');
        setTimeout(() => response.destroy(), 10);
      },
      { axios: axios.create(), retry: { limit: 0 } },
    );
    expect(await fails(client.call(getThing, { id: '1' }))).toBeInstanceOf(ConnectionError);
  });
});
