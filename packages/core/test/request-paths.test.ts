import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTransport } from '../src/client.js';
import type { ClientTransport } from '../src/client-options.js';
import { ConfigError } from '../src/errors.js';
import { placeOf } from '../src/node/origin.js';
import type { Operation } from '../src/operation.js';

/* Every byte in every position of a path: what goes over the wire, and that nothing else does. */

const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
const escapes = bytes.map((_, code) => `%${code.toString(16).padStart(2, '0')}`);
const positionsOf = (text: string): string[] =>
  ['/?a/b', '/a?/b', '/a/?', '/a/b?', '/?'].map((path) => path.replace('?', text));

describe('a URL', () => {
  const ORIGIN = 'http://127.0.0.1:8080';
  const read = (path: string): unknown => {
    const { origin, path: target } = placeOf(ORIGIN + path);
    return [origin.text, target];
  };
  const parsed = (path: string): unknown => {
    const { origin, pathname, search } = new URL(ORIGIN + path);
    return [origin, pathname + search];
  };

  it('is read as a URL parser reads it, whatever byte stands where', () => {
    for (const text of [...bytes, ...escapes])
      for (const path of positionsOf(text))
        expect(read(path), JSON.stringify(path)).toEqual(parsed(path));
  });

  it('is read as a URL parser reads it, whatever two bytes stand together', () => {
    const differing = bytes.flatMap((one) =>
      bytes
        .map((other) => `/a/${one}${other}/b`)
        .filter((path) => JSON.stringify(read(path)) !== JSON.stringify(parsed(path))),
    );
    expect(differing).toEqual([]);
  });

  it.each([
    '/.',
    '/..',
    '/a/../b',
    '/%2e',
    '/a/%2E%2e/b',
    '/./a',
    '//evil.example/',
    '/a//b',
    '/\\evil',
  ])('is read as a URL parser reads it: %s', (path) => expect(read(path)).toEqual(parsed(path)));
});

describe('a request line', () => {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        heads.push(received.slice(0, end));
        received = received.slice(end + 4);
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
        );
      }
    });
  });
  let transport: ClientTransport;
  let host = '';

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    transport = createTransport({
      baseUrl: `http://${host}`,
      allowLoopbackHttp: true,
      logLevel: 'off',
    });
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  /** Sends, and gives the one request that came; undefined if it was refused before. */
  const sent = async (
    operation: Operation<object>,
    params: object,
  ): Promise<string | undefined> => {
    heads.length = 0;
    try {
      await transport.call(operation, params);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(heads).toEqual([]);
      return undefined;
    }
    expect(heads).toHaveLength(1);
    const [line = '', ...headers] = (heads[0] ?? '').split('\r\n');
    expect(headers).toContain(`host: ${host}`);
    expect(headers.every((header) => /^[\w-]+: [\x20-\x7e]*$/.test(header))).toBe(true);
    return line;
  };
  const get = { id: 'get', method: 'GET', auth: 'none' } as const;

  it('has a parameter percent-encoded, whatever byte is in it, or it is refused for one that cannot be seen', async () => {
    const operation: Operation<object> = { ...get, path: '/things/{id}/more' };
    for (const text of bytes.flatMap((byte) => [byte, `${byte}a`, `a${byte}`, `a${byte}b`])) {
      const isRefused = text === '.' || /[\0-\x1f\x7f-\x9f]/.test(text);
      const line = isRefused ? undefined : `GET /things/${encodeURIComponent(text)}/more HTTP/1.1`;
      expect(await sent(operation, { id: text }), JSON.stringify(text)).toBe(line);
    }
  });

  it('has a path as a URL parser writes it, or none is sent', async () => {
    const refused = new Set<string>();
    for (const text of [...bytes, '%00', '%0d%0a', '%2f', '%5c', '%2e']) {
      for (const path of positionsOf(text)) {
        const line = await sent({ ...get, path }, {});
        const { pathname } = new URL(`http://${host}${path}`);
        if (line === undefined) refused.add(text);
        else expect(line, JSON.stringify(path)).toBe(`GET ${pathname} HTTP/1.1`);
      }
    }
    // What would end the path, or be dropped from it.
    for (const text of ['?', '#', ' ', '\\', '\r', '\n', '\t']) expect(refused).toContain(text);
  });
});
