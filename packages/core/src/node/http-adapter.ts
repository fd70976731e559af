import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import axios, {
  type AxiosAdapter,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { Attempt, Ending } from '../attempt.js';
import { TransportFault } from '../fault.js';
import type { AttemptConfig } from '../http.js';
import { own } from '../own.js';
import { type Body, bodyStream, readBody } from './answer-body.js';
import type { Connection } from './connection.js';
import { ConnectionPool, type Taker } from './connection-pool.js';
import { ACCEPTED_ENCODINGS } from './inflate.js';
import { requestOptions } from './open.js';
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

/** One request and its answer. It is what takes a connection, and what ends with an attempt or a signal. */
class Exchange implements Taker, Ending {
  readonly #config: Config;
  readonly #attempt: Attempt | undefined;
  readonly #resolve: (response: AxiosResponse) => void;
  readonly #reject: (fault: unknown) => void;
  readonly #isSafe: boolean;
  #place: Place | undefined;
  #pool: ConnectionPool | undefined;
  #connection: Connection | undefined;
  /** What had come over the connection before the request. */
  #bytesBefore = 0;
  #request: ClientRequest | undefined;
  isFresh = false;
  /** True once the request was handed to a connection. */
  #wasSent = false;
  /** True once the head of its answer came. */
  #isAnswered = false;
  #isOver = false;
  /** What broke the connection after the head of the answer. */
  #broken: unknown;

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
    this.isFresh = config.attempt?.call.wantsFreshConnection ?? false;
  }

  start(to: Route['to']): void {
    // An attempt of core's ends its transport itself; others have a signal.
    if (this.#attempt === undefined) this.#config.signal?.addEventListener?.('abort', this);
    else this.#attempt.onEnd(this);
    try {
      this.#place = placeOf(this.#config.url ?? '');
      const way = to(this.#place.origin, this.#attempt?.isToken ?? false);
      if (way instanceof ConnectionPool) {
        this.#pool = way;
        way.take(this);
      } else {
        this.#send(this.#create(way));
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The signal aborted. */
  handleEvent(): void {
    this.end(new TransportFault('network', 'the call ended'));
  }

  connecting(): void {
    this.#attempt?.connects(this.#pool?.late);
  }

  failed(error: unknown): void {
    this.#fail(error);
  }

  ready(connection: Connection): void {
    this.#connection = connection;
    const isReady = !connection.isKept || (this.#isSafe && connection.isInUse());
    if (isReady) this.#sendOver(connection);
    // That the server has closed it, or sent what nobody asked for, may be known to the system and not to us yet: two
    // turns of the loop tell.
    else setImmediate(() => setImmediate(() => this.#sendIfOpen(connection)));
  }

  #sendIfOpen(connection: Connection): void {
    if (this.#isOver) return;
    if (connection.isOpen()) return void this.#sendOver(connection);
    this.#connection = undefined;
    this.#pool?.giveBack(connection);
    this.#pool?.take(this);
  }

  #sendOver(connection: Connection): void {
    connection.wake();
    try {
      const request = this.#create(connection.socket);
      this.#listen(request, connection);
      this.#attempt?.sends();
      this.#write(request);
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(request: ClientRequest): void {
    this.#listen(request);
    this.#write(request);
  }

  #create(way: http.Agent | Connection['socket']): ClientRequest {
    const { origin, path } = this.#place as Place;
    const method = (this.#config.method ?? 'get').toUpperCase();
    const headers = headersToSend(this.#config, method, origin);
    if (way instanceof http.Agent) {
      const { hostname: host, isTls, port } = origin;
      const options = { auth: undefined, agent: way, host, port, path, method, headers };
      return (isTls ? https : http).request(options);
    }
    const createConnection = (): Connection['socket'] => way;
    const request = http.request(requestOptions({ createConnection, path, method, headers }));
    // Node does not look for it in headers that it takes as they are.
    request.shouldKeepAlive = true;
    return request;
  }

  #listen(request: ClientRequest, connection?: Connection): void {
    this.#request = request;
    this.#bytesBefore = connection?.socket.bytesRead ?? 0;
    // One that fails says so, and then that it is closed: by then the next may be under way.
    request.on('error', (error) => this.#broke(request, error));
    request.on('close', () => {
      if (!this.#isAnswered)
        this.#broke(request, new TransportFault('network', 'the connection was closed'));
    });
    request.on('upgrade', (_message, socket) => {
      socket.destroy();
      this.#fail(new TransportFault('response', 'it switches protocols'));
    });
    request.on('response', (message) => this.#answered(request, message));
  }

  #write(request: ClientRequest): void {
    this.#wasSent = true;
    const { data } = this.#config;
    request.end(data instanceof ArrayBuffer ? Buffer.from(data) : data);
  }

  #answered(request: ClientRequest, message: IncomingMessage): void {
    const headers = headersOf(message);
    if (this.#isClosing(message, headers) && this.#reconnects()) return void request.destroy();
    this.#isAnswered = true;
    this.#connection?.learn(own(headers, 'keep-alive'));
    this.#read(request, message, headers);
  }

  #broke(request: ClientRequest, error: unknown): void {
    if (request !== this.#request) return;
    if (this.#isAnswered) this.#broken ??= error;
    const isGivenUp = !this.#isAnswered && !this.#isOver && this.#isStale();
    if (!(isGivenUp && this.#reconnects())) this.#fail(error);
  }

  /** Had the server given up a kept connection before it saw the request? Then no byte of an answer comes. */
  #isStale(): boolean {
    const { socket, isKept } = this.#connection ?? {};
    return isKept === true && socket?.bytesRead === this.#bytesBefore;
  }

  /** Or the 408 comes with which it closes those that ask nothing for long (RFC 9110 section 15.5.9). */
  #isClosing({ statusCode }: IncomingMessage, headers: Readonly<Record<string, string>>): boolean {
    const isClosed = statusCode === 408 && /\bclose\b/i.test(own(headers, 'connection') ?? '');
    return isClosed && this.#connection?.isKept === true;
  }

  /** Once a call, what may be repeated goes over a fresh connection. */
  #reconnects(): boolean {
    const pool = this.#pool;
    // Without an attempt `isFresh` tells that it was done.
    if (pool === undefined || !(this.#attempt?.reconnects() ?? (this.#isSafe && !this.isFresh)))
      return false;
    this.#request = undefined;
    this.#connection = undefined;
    this.isFresh = true;
    pool.take(this);
    return true;
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
      this.#finish();
      this.#resolve({ data, status, statusText, headers, config: this.#config, request });
    };
    const encoding = own(headers, 'content-encoding');
    const body: Body = { message, encoding, brokenBy: () => this.#broken };
    // An answer may come before all of the request was read. Nobody reads the rest, and its connection would never be free.
    message.on('end', () => {
      if (!request.writableFinished) request.destroy();
    });
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
    this.end(
      this.#pool === undefined
        ? TransportFault.from(error)
        : TransportFault.at(this.#wasSent, error),
    );
  }

  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#finish();
    this.#leave();
    this.#reject(reason);
  }

  #finish(): void {
    this.#isOver = true;
    if (this.#attempt === undefined) this.#config.signal?.removeEventListener?.('abort', this);
    else this.#attempt.forget(this);
  }

  #leave(): void {
    if (this.#request !== undefined) this.#request.destroy();
    else if (this.#connection !== undefined) this.#pool?.giveBack(this.#connection);
    else this.#pool?.leave(this);
  }
}

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

/** Headers that are ours to write. */
const OURS = new Set(['accept-encoding', 'content-length', 'host']);
/** A server may wait for the body of these, unless it is told that there is none. */
const WITH_BODY = new Set(['PATCH', 'POST', 'PUT']);

/** Names and values in turn, as node:http writes them; only then it leaves the length of the body to us. */
const headersToSend = ({ headers, data }: Config, method: string, { host }: Origin): string[] => {
  const sent = ['host', host, 'accept-encoding', ACCEPTED_ENCODINGS];
  let hasConnection = false;
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    // axios marks headers that must not be sent with null, undefined or false.
    if (value === null || value === undefined || value === false || OURS.has(lower)) continue;
    sent.push(name, String(value));
    hasConnection ||= lower === 'connection';
  }
  if (!hasConnection) sent.push('connection', 'keep-alive');
  const hasBody = data !== undefined && data !== null;
  if (hasBody || WITH_BODY.has(method))
    sent.push('content-length', String(hasBody ? Buffer.byteLength(data) : 0));
  return sent;
};
