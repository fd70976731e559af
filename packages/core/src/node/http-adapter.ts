import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import axios, {
  type AxiosAdapter,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { Attempt } from '../attempt.js';
import { TransportFault } from '../fault.js';
import type { AttemptConfig } from '../http.js';
import { own } from '../own.js';
import { type Body, bodyStream, readBody } from './answer-body.js';
import type { Connection } from './connection.js';
import { ConnectionPool } from './connection-pool.js';
import { ACCEPTED_ENCODINGS } from './inflate.js';
import { NO_REQUEST_OPTIONS } from './open.js';
import { type Origin, type Place, placeOf } from './origin.js';
import type { Route } from './routes.js';

/** An adapter of axios over node:http, which follows no redirect, asks no proxy, and bounds what it reads. */
export const httpAdapter =
  (to: Route['to']): AxiosAdapter =>
  (config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      new Exchange(config, resolve, reject).start(to);
    });

// Others may use the adapter without what core's pipeline gives along.
type Config = AttemptConfig & InternalAxiosRequestConfig;

/** One request and its answer. */
class Exchange {
  readonly #config: Config;
  readonly #attempt: Attempt | undefined;
  readonly #resolve: (response: AxiosResponse) => void;
  readonly #reject: (fault: unknown) => void;
  readonly #isSafe: boolean;
  #place: Place | undefined;
  #pool: ConnectionPool | undefined;
  #isOver = false;
  /** True once the request was handed to a connection. */
  #wasSent = false;
  #hasReconnected = false;
  #leave = (): void => {};
  #forget = (): void => {};

  constructor(
    config: Config,
    resolve: (response: AxiosResponse) => void,
    reject: (fault: unknown) => void,
  ) {
    this.#config = config;
    this.#attempt = config.attempt;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#isSafe = config.attempt?.isSafe ?? config.method === 'get';
  }

  start(to: Route['to']): void {
    this.#forget = this.#whenEnded((reason) => this.#end(reason));
    try {
      this.#place = placeOf(this.#config.url ?? '');
      const way = to(this.#place.origin, this.#attempt?.isToken ?? false);
      if (way instanceof ConnectionPool) this.#take(way, false);
      else this.#send(this.#create(way));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** An attempt of core's ends its transport itself; others have a signal. */
  #whenEnded(task: (reason: unknown) => void): () => void {
    const { signal } = this.#config;
    if (this.#attempt !== undefined) return this.#attempt.onEnd(task);
    const onAbort = (): void => task(new TransportFault('network', 'the call ended'));
    signal?.addEventListener?.('abort', onAbort);
    return () => signal?.removeEventListener?.('abort', onAbort);
  }

  #take(pool: ConnectionPool, isFresh: boolean): void {
    this.#pool = pool;
    const taker = {
      isFresh,
      giveUp: () => {},
      connecting: () => this.#attempt?.connects(pool.late),
      ready: (connection: Connection) => this.#ready(pool, connection),
      failed: (error: unknown) => this.#fail(error),
    };
    this.#leave = () => taker.giveUp();
    pool.take(taker);
  }

  #ready(pool: ConnectionPool, connection: Connection): void {
    if (this.#isOver) pool.giveBack(connection);
    else if (!connection.isKept || this.#isSafe) this.#sendOver(pool, connection);
    else this.#sendIfOpen(pool, connection);
  }

  #sendIfOpen(pool: ConnectionPool, connection: Connection): void {
    // That the server has closed it may be known to the system and not to us yet: two turns of the loop tell.
    this.#leave = () => pool.giveBack(connection);
    setImmediate(() =>
      setImmediate(() => {
        if (this.#isOver) return;
        if (connection.isOpen()) {
          this.#sendOver(pool, connection);
        } else {
          pool.giveBack(connection);
          this.#take(pool, false);
        }
      }),
    );
  }

  #sendOver(pool: ConnectionPool, connection: Connection): void {
    const { socket } = connection;
    connection.wake();
    this.#leave = () => pool.giveBack(connection);
    try {
      const request = this.#create(socket);
      // One that is given up before it is sent tells so as an error, too.
      request.on('error', () => {});
      this.#leave = () => request.destroy();
      this.#attempt?.sends();
      this.#send(request, connection);
    } catch (error) {
      this.#fail(error);
    }
  }

  #create(way: http.Agent | Connection['socket']): ClientRequest {
    const { config, place } = { config: this.#config, place: this.#place as Place };
    const { origin, path } = place;
    const method = (config.method ?? 'get').toUpperCase();
    const headers = headersToSend(config, origin);
    if (way instanceof http.Agent) {
      const { hostname: host, isTls, port } = origin;
      const options = { auth: undefined, agent: way, host, port, path, method, headers };
      return (isTls ? https : http).request(options);
    }
    headers.connection ??= 'keep-alive';
    return http.request({
      ...NO_REQUEST_OPTIONS,
      createConnection: () => way,
      path,
      method,
      headers,
    });
  }

  #send(request: ClientRequest, connection?: Connection): void {
    this.#wasSent = true;
    this.#leave = () => request.destroy();
    const isStale = connection && staleness(connection);
    let isAnswered = false;
    let isLeft = false;
    // A request that fails says so, and then that it is closed: by then the next may be under way.
    const fail = (error: unknown): void => {
      if (isLeft) return;
      isLeft = !isAnswered && !this.#isOver && isStale?.() === true && this.#reconnects();
      if (!isLeft) this.#fail(error);
    };
    request.on('error', fail);
    request.on('close', () => {
      if (!isAnswered) fail(new TransportFault('network', 'the connection was closed'));
    });
    request.on('upgrade', (_message, socket) => {
      socket.destroy();
      this.#fail(new TransportFault('response', 'it switches protocols'));
    });
    request.on('response', (message) => {
      const headers = headersOf(message);
      isLeft = isStale?.(message, headers) === true && this.#reconnects();
      if (isLeft) return void request.destroy();
      isAnswered = true;
      connection?.learn(own(headers, 'keep-alive'));
      this.#read(request, message, headers);
    });
    const { data } = this.#config;
    request.end(data instanceof ArrayBuffer ? Buffer.from(data) : data);
  }

  /** A kept connection had ended without a word: once a call, what may be repeated goes over a fresh one. */
  #reconnects(): boolean {
    if (this.#pool === undefined || !this.#mayReconnect()) return false;
    this.#hasReconnected = true;
    this.#take(this.#pool, true);
    return true;
  }

  #mayReconnect(): boolean {
    return this.#attempt?.reconnects() ?? (this.#isSafe && !this.#hasReconnected);
  }

  #read(
    request: ClientRequest,
    message: IncomingMessage,
    headers: Readonly<Record<string, string>>,
  ): void {
    const { statusCode: status = 0, statusMessage: statusText = '' } = message;
    this.#attempt?.answers(status);
    const { responseType, maxContentLength = -1 } = this.#config;
    const finish = (data: unknown): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#forget();
      this.#resolve({ data, status, statusText, headers, config: this.#config, request });
    };
    const body: Body = { message, encoding: own(headers, 'content-encoding') };
    if (responseType === 'stream') {
      finish(bodyStream(body, () => request.destroy()));
    } else {
      readBody(body, maxContentLength, (fault, bytes) => {
        if (bytes === undefined) this.#fail(fault);
        else finish(responseType === 'arraybuffer' ? bytes : bytes.toString('utf8'));
      });
    }
  }

  #fail(error: unknown): void {
    this.#end(
      this.#pool === undefined
        ? TransportFault.from(error)
        : TransportFault.at(this.#wasSent, error),
    );
  }

  #end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#forget();
    this.#leave();
    this.#reject(reason);
  }
}

type IsStale = (answer?: IncomingMessage, headers?: Readonly<Record<string, string>>) => boolean;

/**
 * Had the server given up a kept connection before it saw the request? Then no byte of an answer comes, or the 408
 * with which it closes those that ask nothing for long (RFC 9110 section 15.5.9).
 */
const staleness = ({ socket, isKept }: Connection): IsStale => {
  const { bytesRead } = socket;
  return (answer, headers = {}) => {
    if (answer === undefined) return isKept && socket.bytesRead === bytesRead;
    return (
      isKept && answer.statusCode === 408 && /\bclose\b/i.test(own(headers, 'connection') ?? '')
    );
  };
};

/** Names that a method of axios' class has, or any object. */
const TAKEN = new Set(
  [axios.AxiosHeaders.prototype, Object.prototype].flatMap((one) =>
    Object.getOwnPropertyNames(one),
  ),
);

/**
 * The first value counts where a header comes twice: a joined one is neither of the two. They are of axios' own class
 * from the start, as it would make one of any other, header by header; what is called like its methods is left out.
 */
const headersOf = ({ rawHeaders }: IncomingMessage): Record<string, string> => {
  const headers = new axios.AxiosHeaders() as unknown as Record<string, string>;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (!TAKEN.has(name) && !Object.hasOwn(headers, name)) headers[name] = rawHeaders[i + 1] ?? '';
  }
  return headers;
};

// axios marks headers that must not be sent with null, undefined or false.
const headersToSend = ({ headers }: Config, { host }: Origin): Record<string, string> => {
  const sent: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers))
    if (value !== null && value !== undefined && value !== false) sent[name] = String(value);
  sent.host = host;
  sent['accept-encoding'] = ACCEPTED_ENCODINGS;
  return sent;
};
