import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certified } from '../../tools/spec/test/certificate.ts';

/** A request as it came over its connection. */
export interface RawRequest {
  /** Of all requests of the server, from 0. */
  readonly number: number;
  /** Of the connection that it came over, from 0. */
  readonly connection: number;
  readonly socket: Socket;
  readonly head: string;
  readonly body: string;
}

export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Requests that came whole. */
  readonly requests: readonly Pick<RawRequest, 'body' | 'connection' | 'head'>[];
  readonly connections: () => number;
  readonly open: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** A server that writes its answers by hand, byte by byte if it must; over TLS with a certificate. */
export const startRaw = async (
  answer: (request: RawRequest) => unknown,
  { certified, port = 0 }: { certified?: Certified; port?: number } = {},
): Promise<RawServer> => {
  const requests: Pick<RawRequest, 'body' | 'connection' | 'head'>[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const serve = (socket: Socket): void => {
    const connection = connections;
    connections += 1;
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (let cut = cutOff(received); cut !== undefined; cut = cutOff(received)) {
        received = cut.rest;
        const { head, body } = cut;
        const number = requests.length;
        requests.push({ connection, head, body });
        answer({ number, connection, socket, head, body });
      }
    });
  };
  const server: Server = certified ? createTlsServer(certified, serve) : createServer(serve);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  server.unref();
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${certified ? 'https' : 'http'}://127.0.0.1:${bound}`,
    port: bound,
    requests,
    connections: () => connections,
    open,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

/** The first whole request of what came, and the rest. */
const cutOff = (received: Buffer): { head: string; body: string; rest: Buffer } | undefined => {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.subarray(0, end).toString('latin1');
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const from = end + 4;
  if (received.length < from + length) return undefined;
  const body = received.subarray(from, from + length).toString('utf8');
  return { head, body, rest: received.subarray(from + length) };
};

/** An answer as text: JSON that leaves the connection open, unless it is told otherwise. */
export const rawAnswer = (
  status: number,
  body = '{"data":{"type":"thing"}}',
  headers: Readonly<Record<string, string>> = {},
): string => {
  const all = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`;
};
