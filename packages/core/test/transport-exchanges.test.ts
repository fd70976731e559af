import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TransportFault } from '../src/fault.js';
import { directRoute } from '../src/node/routes.js';
import { createAxios, nodeAxios, RUNTIME } from '../src/transport-node.js';
import * as web from '../src/transport-web.js';
import { fails } from './api.js';

/* Single exchanges over the transports themselves, with nothing of a client around them. */

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ORIGIN = 'https://api.example.com';

interface Place {
  readonly url: string;
  readonly sockets: Set<Socket>;
  readonly server: Server;
}

const serve = async (
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Place> => {
  const server = createServer(handler);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, server };
};

const client = () => nodeAxios(directRoute);

const echo = (request: IncomingMessage, response: ServerResponse): void => {
  response.end(JSON.stringify({ method: request.method, headers: request.headers }));
};

describe('a request on Node', () => {
  it('has the method, and no header that axios marks as none', async () => {
    const { url } = await serve(echo);
    const headers = {
      'x-one': '1',
      'x-null': null,
      'x-gone': undefined,
      'x-false': false,
    } as never;
    const { data } = await client().request({ url, method: 'put', headers, responseType: 'text' });
    const seen = JSON.parse(data as string) as { method: string; headers: object };
    expect(seen.method).toBe('PUT');
    expect(seen.headers).toMatchObject({ 'x-one': '1', 'accept-encoding': 'gzip, deflate, br' });
    for (const name of ['x-null', 'x-gone', 'x-false'])
      expect(seen.headers).not.toHaveProperty(name);
  });

  it('is a GET if nothing is said', async () => {
    const { url } = await serve(echo);
    const { data } = await client().request({ url, responseType: 'text' });
    expect(JSON.parse(data as string)).toMatchObject({ method: 'GET' });
  });

  it('gives text, or bytes', async () => {
    const { url } = await serve((_request, response) => response.end('ü'));
    const ask = async (responseType: 'arraybuffer' | 'text') =>
      (await client().request({ url, responseType, transformResponse: [] })).data;
    expect(await ask('text')).toBe('ü');
    expect(await ask('arraybuffer')).toEqual(Buffer.from('ü'));
  });

  it('takes an answer of the largest size, and none that is a byte larger', async () => {
    const { url } = await serve((_request, response) => response.end('12345'));
    const ask = (maxContentLength: number) => client().request({ url, maxContentLength });
    expect((await ask(5)).status).toBe(200);
    expect((await ask(-1)).status).toBe(200);
    expect(await fails(ask(4))).toMatchObject({
      kind: 'too-large',
      message: 'it is larger than 4 bytes',
    });
    expect(await fails(ask(0))).toMatchObject({ kind: 'too-large' });
  });

  it('reads nothing where the encoding is that of an empty body, and in whatever letters', async () => {
    const empty = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
    );
    expect((await client().request({ url: empty.url, responseType: 'text' })).data).toBe('');
    const full = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'X-GZIP' }).end(gzipSync('whole')),
    );
    expect((await client().request({ url: full.url, responseType: 'text' })).data).toBe('whole');
  });

  it('is a network fault where the connection closes in the middle of an answer', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => response.socket?.end());
    });
    expect(await fails(client().request({ url }))).toMatchObject({ kind: 'network' });
  });

  it('is a bad answer where the server switches protocols, and the connection ends', async () => {
    const { url, server, sockets } = await serve(echo);
    server.on('upgrade', (_request, socket) => {
      socket.on('end', () => socket.end()).resume();
      socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    });
    const headers = { connection: 'upgrade', upgrade: 'x' };
    const fault = await fails(client().request({ url, headers }));
    expect(fault).toBeInstanceOf(TransportFault);
    expect(fault).toMatchObject({ kind: 'response', message: 'it switches protocols' });
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  it('ends with its signal, its connection too, and leaves no listener behind', async () => {
    const { url, sockets } = await serve((request, response) => {
      if (request.url !== '/hang') response.end('done');
    });
    const controller = new AbortController();
    const { signal } = controller;
    const removed = vi.spyOn(signal, 'removeEventListener');
    const instance = client();
    await instance.request({ url, signal });
    await vi.waitFor(() => expect(removed).toHaveBeenCalledWith('abort', expect.anything()));
    const hanging = fails(instance.request({ url: `${url}/hang`, signal }));
    await vi.waitFor(() => expect(sockets.size).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await hanging).toBeInstanceOf(Error);
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });
});

describe('a connection that was kept', () => {
  it('and ends when a safe request is sent over it, is replaced by a fresh one', async () => {
    let count = 0;
    const { url } = await serve((request, response) => {
      count += 1;
      if (count === 2) request.socket.destroy();
      else response.end('thing');
    });
    await client().request({ url });
    expect((await client().request({ url, responseType: 'text' })).data).toBe('thing');
    expect(count).toBe(3);
  });

  it.each(['post', 'get'])(
    'and over which the server has said goodbye gives a %s no answer',
    async (method) => {
      const written: unknown[] = [];
      const { url, sockets } = await serve((request, response) => {
        if (request.method === 'POST') written.push(request.socket);
        request.resume();
        response.end('thing');
      });
      const call = () => client().request({ url, method, responseType: 'text' });
      await call();
      await vi.waitFor(() => expect(sockets.size).toBe(1));
      const [kept] = sockets;
      // It has arrived, and nobody has looked yet.
      kept?.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      expect(await call()).toMatchObject({ status: 200, data: 'thing' });
      // A write does not even go out over it.
      expect(new Set(written).size).toBe(written.length);
    },
  );
});

describe('a transport', () => {
  it('closes its idle connections, unless another client has the same', async () => {
    const { url, sockets } = await serve((_request, response) => response.end('done'));
    const [one, other] = [createAxios(undefined, url), createAxios(undefined, url)];
    await one.instance.request({ url });
    expect(sockets.size).toBe(1);
    for (const _again of [1, 2]) one.close();
    await other.instance.request({ url });
    expect(sockets.size).toBe(1);
    other.close();
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  it('keeps no connection of a call that ends after it was closed, until a client is made anew', async () => {
    let answer = (): void => {};
    const { url, sockets, server } = await serve((_request, response) => {
      answer = () => response.end('done');
    });
    const { instance, close } = createAxios(undefined, url);
    const running = instance.request({ url });
    await once(server, 'request');
    close();
    answer();
    await running;
    await vi.waitFor(() => expect(sockets.size).toBe(0));
    const other = createAxios(undefined, url);
    for (const _again of [1, 2]) {
      const next = other.instance.request({ url });
      await once(server, 'request');
      answer();
      await next;
      expect(sockets.size).toBe(1);
    }
    other.close();
  });

  it.each([
    ['on Node', createAxios],
    ['elsewhere', web.createAxios],
  ])('%s is your own instance, closed by its own function if it has one', (_where, create) => {
    const close = vi.fn();
    const request = async () => ({}) as never;
    const own = create({ request, close }, ORIGIN);
    own.close();
    expect(close).toHaveBeenCalledOnce();
    expect(create({ request }, ORIGIN).close()).toBeUndefined();
    expect(own.hint('https://api.example.com')).toBeUndefined();
  });

  it('elsewhere than on Node goes over fetch', async () => {
    const { url } = await serve(echo);
    const fetching = vi.spyOn(globalThis, 'fetch');
    const { instance, close, hint } = web.createAxios(undefined, url);
    const { data } = await instance.request({
      url,
      method: 'POST',
      data: '{}',
      responseType: 'text',
    });
    expect(JSON.parse(data as string)).toMatchObject({ method: 'POST' });
    expect(fetching).toHaveBeenCalledOnce();
    fetching.mockRestore();
    expect([close(), hint(url), web.RUNTIME]).toEqual([undefined, undefined, undefined]);
  });

  it('says what runs it', () => {
    expect(RUNTIME).toBe(`node/${process.versions.node}`);
  });
});
