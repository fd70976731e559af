import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { selfSigned } from '../../../tools/spec/test/certificate.js';
import { json } from './server.js';

/* A proxy that opens tunnels and an API over https, both on loopback. */

export const { key, cert } = selfSigned();

/** What each test leaves behind is closed after it, the newest first. */
export const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

interface SecureApi {
  readonly port: number;
  readonly seen: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }[];
  readonly sockets: Set<unknown>;
}

/** An API over https; after a `delayMs` it answers, with a `text` by an answer that ends its connection. */
export const startApi = async ({ delayMs = 0, text = '' } = {}): Promise<SecureApi> => {
  const seen: SecureApi['seen'] = [];
  const sockets: SecureApi['sockets'] = new Set();
  const server = createHttpsServer({ key, cert }, async (request, response) => {
    sockets.add(request.socket);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const answer = {
      access_token: 'canary-token',
      token_type: 'Bearer',
      expires_in: 900,
      name: 'a',
      text,
    };
    // Then nothing but the end of the connection says that the answer is whole.
    response.useChunkedEncodingByDefault = !text;
    response.shouldKeepAlive = !text;
    setTimeout(() => json(response, 200, answer), delayMs);
  });
  return { port: await listen(server as unknown as Server), seen, sockets };
};

export interface TestProxy {
  readonly port: number;
  /** Each CONNECT: its target and headers. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
  /** All that went through, both ways, as the proxy sees it. */
  readonly bytes: () => string;
}

export const startProxy = async (refuse?: string | 'silence'): Promise<TestProxy> => {
  const asked: TestProxy['asked'] = [];
  const chunks: Buffer[] = [];
  const server = createHttpServer((_request, response) => response.writeHead(500).end());
  server.on('connect', ({ url = '', headers }, socket, head) => {
    asked.push({ target: url, authorization: headers['proxy-authorization'] });
    chunks.push(Buffer.from(JSON.stringify(headers)), head);
    if (refuse === 'silence') return;
    if (refuse !== undefined) return socket.end(`HTTP/1.1 ${refuse}\r\n\r\n`);
    // Whatever name is asked for, it is this machine.
    const upstream = connectTcp(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const stream of [socket, upstream]) {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => {});
      stream.on('close', () => [socket, upstream].map((one) => one.destroy()));
    }
  });
  const bytes = (): string => Buffer.concat(chunks).toString('latin1');
  return { port: await listen(server), asked, bytes };
};
