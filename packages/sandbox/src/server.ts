import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when it was over the size limit. */
  readonly body: Buffer | undefined;
  readonly origin: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly contentType?: string;
  readonly body?: string | Buffer;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on the loopback address only; what a page or another host may send is refused unread. */
export async function listen(
  port: number,
  handle: (request: ApiRequest) => ApiAnswer,
): Promise<Listener> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, handle).then(
      ({ status, headers, contentType, body }) => {
        outgoing.writeHead(status, {
          ...headers,
          ...(contentType && { 'content-type': contentType }),
        });
        outgoing.end(body);
      },
      () => outgoing.destroy(), // the client hung up while sending
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// More than a contact list may have.
const MAX_BODY = 16 * 1_048_576;
const MAX_DRAINED = 4 * MAX_BODY;

async function answer(
  incoming: IncomingMessage,
  handle: (request: ApiRequest) => ApiAnswer,
): Promise<ApiAnswer> {
  const { method = '', url = '', headers } = incoming;
  if (!isFromHere(incoming)) return { status: 403, headers: { connection: 'close' } };
  // RFC 9112 3.2: the absolute and asterisk forms are for proxies and OPTIONS, which this is not.
  if (!/^\/[^#\s]*$/.test(url)) return { status: 400, headers: { connection: 'close' } };
  const [path = '', ...query] = url.split('?');
  const body = await readBody(incoming);
  const origin = `http://${headers.host}`;
  try {
    return handle({ method, path, query: query.join('?'), headers, body, origin });
  } catch {
    return { status: 500 };
  }
}

/** Host against DNS rebinding, Origin against pages: only a program on this machine may call. */
function isFromHere({ headers, socket }: IncomingMessage): boolean {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`);
  const { host = '', origin } = headers;
  return hosts.includes(host) && (origin === undefined || origin === `http://${host}`);
}

/** Reads on after the limit, because a client that is still sending would not see the answer. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
    if (size > MAX_DRAINED) throw new Error('endless body');
  }
  return size > MAX_BODY ? undefined : Buffer.concat(chunks);
}
