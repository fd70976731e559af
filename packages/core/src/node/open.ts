import http from 'node:http';
import net, { type Socket } from 'node:net';
import tls, { type ConnectionOptions } from 'node:tls';
import { type FaultKind, TransportFault } from '../fault.js';
import type { Open } from './connection-pool.js';
import type { Origin } from './origin.js';

/** Opens connections straight to the origin. */
export const openDirect = (origin: Origin): Open => {
  const { hostname: host, port, isTls } = origin;
  const secure = isTls ? securing(origin) : undefined;
  return (done) => {
    if (secure) return secure({ host, port }, done);
    const socket = net.connect({ ...PLAIN, host, port });
    return whenOpen(socket, 'connect', done);
  };
};

/** Opens them through a proxy's CONNECT (RFC 9110 section 9.3.6): it sees the origin's host, and no request. */
export const openThrough = (proxy: ProxyServer, origin: Origin): Open => {
  const openProxy = openDirect(proxy.origin);
  const secure = securing(origin);
  return (done) => {
    let giveUp = (): void => {};
    const fail = (why: string, code?: string, kind: FaultKind = 'connect'): void =>
      done(new TransportFault(kind, `the proxy ${proxy.origin.host} ${why}`, { code }));
    giveUp = openProxy((error, socket) => {
      if (socket === undefined) {
        const { message, code } = TransportFault.at(false, error);
        return fail(`cannot be reached: ${message}`, code);
      }
      giveUp = tunnel(socket, proxy, origin, (status) => {
        if (!(status >= 200 && status < 300)) {
          socket.destroy();
          if (status === 407)
            return fail('wants credentials, or other ones: 407', undefined, 'refused');
          if (status === NO_HTTP) return fail('answered with what is no HTTP');
          return fail(
            status === 0 ? 'closed the connection' : `refused to open a tunnel: ${status}`,
          );
        }
        giveUp = secure({ socket }, done);
      });
    });
    return () => giveUp();
  };
};

/** A proxy that opens tunnels. */
export interface ProxyServer {
  readonly origin: Origin;
  /** Value of the header `Proxy-Authorization`, if it wants one. */
  readonly authorization: string | undefined;
}

// Members of their own, so that nothing of a polluted Object.prototype counts.
const PLAIN = {
  allowHalfOpen: undefined,
  autoSelectFamily: undefined,
  autoSelectFamilyAttemptTimeout: undefined,
  blockList: undefined,
  captureRejections: undefined,
  family: undefined,
  fd: undefined,
  handle: undefined,
  highWaterMark: undefined,
  hints: undefined,
  keepAlive: true,
  keepAliveInitialDelay: undefined,
  localAddress: undefined,
  localPort: undefined,
  lookup: undefined,
  noDelay: true,
  objectMode: undefined,
  onread: undefined,
  path: undefined,
  readableHighWaterMark: undefined,
  readableObjectMode: undefined,
  signal: undefined,
  timeout: undefined,
  typeOfService: undefined,
  writableHighWaterMark: undefined,
  writableObjectMode: undefined,
} as const;

/** TLS to an origin, over a socket or on its own. A session of before is resumed. */
const securing = ({ hostname, port }: Origin) => {
  let session: Buffer | undefined;
  const name = net.isIP(hostname) ? undefined : hostname;
  return (over: Pick<ConnectionOptions, 'host' | 'port' | 'socket'>, done: Parameters<Open>[0]) => {
    const options = { ...PLAIN, host: hostname, port, socket: undefined, ...over };
    const socket = tls.connect({ ...options, servername: name ?? '', session });
    socket.on('session', (fresh: Buffer) => {
      session = fresh;
    });
    return whenOpen(socket, 'secureConnect', (error, opened) => {
      if (error !== undefined) session = undefined;
      done(error, opened);
    });
  };
};

/** In place of a status. */
const NO_HTTP = -1;

const tunnel = (
  socket: Socket,
  { authorization }: ProxyServer,
  { hostname, port }: Origin,
  done: (status: number) => void,
): (() => void) => {
  const path = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const request = http.request(
    requestOptions({
      method: 'CONNECT',
      path,
      headers: { host: path, ...(authorization && { 'proxy-authorization': authorization }) },
      createConnection: () => socket,
    }),
  );
  let isOver = false;
  const end = (status: number): void => {
    if (!isOver) done(status);
    isOver = true;
  };
  request.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code?.startsWith('HPE_') ? NO_HTTP : 0),
  );
  request.once('connect', ({ statusCode = 0 }, _socket, head) => {
    if (head.length > 0) socket.unshift(head);
    end(statusCode);
  });
  request.end();
  return () => {
    isOver = true;
    socket.destroy();
  };
};

/** What `http.request` reads of its options and we do not set; see {@link PLAIN}. */
const NO_REQUEST_OPTIONS = {
  agent: undefined,
  auth: undefined,
  defaultPort: undefined,
  family: undefined,
  host: 'localhost',
  hostname: undefined,
  insecureHTTPParser: undefined,
  joinDuplicateHeaders: undefined,
  localAddress: undefined,
  lookup: undefined,
  maxHeaderSize: undefined,
  port: 80,
  protocol: 'http:',
  setDefaultHeaders: undefined,
  setHost: undefined,
  signal: undefined,
  socketPath: undefined,
  timeout: undefined,
  uniqueHeaders: undefined,
} as const;

/** Options of `http.request`, as we set them. Copying all that we do not set takes longer than the rest of a request. */
export const requestOptions = (options: http.RequestOptions): http.RequestOptions =>
  Object.getOwnPropertyNames(Object.prototype).length > MOST_OWN_NAMES
    ? { ...NO_REQUEST_OPTIONS, ...options }
    : options;

/** Names that `Object.prototype` has by ECMAScript; where it has more, somebody has added to it. */
const MOST_OWN_NAMES = 12;

const whenOpen = (
  socket: Socket,
  event: 'connect' | 'secureConnect',
  done: (error: unknown, socket?: Socket) => void,
): (() => void) => {
  let isOver = false;
  const end = (error?: unknown): void => {
    if (isOver) return;
    isOver = true;
    socket.removeListener('close', closed);
    if (error !== undefined) socket.destroy();
    done(error, error === undefined ? socket : undefined);
  };
  const closed = (): void => end(new TransportFault('connect', 'the connection was closed'));
  // It stays: a socket may fail after it was given up, too.
  socket.on('error', end);
  socket.once('close', closed);
  socket.once(event, () => end());
  return () => {
    isOver = true;
    socket.destroy();
  };
};
