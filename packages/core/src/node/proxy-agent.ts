import http, { type ClientRequest, type ClientRequestArgs } from 'node:http';
import https, { type AgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls, { type ConnectionOptions } from 'node:tls';
import { TransportFault } from '../fault.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** Connections to https origins through a proxy's CONNECT (RFC 9110 section 9.3.6): it sees their host, and no request. */
export class ProxyAgent extends https.Agent {
  readonly #proxy: URL;
  readonly #timeoutMs: number;

  constructor(proxy: URL, options: AgentOptions, timeoutMs: number = CONNECT_TIMEOUT_MS) {
    super(options);
    this.#proxy = proxy;
    this.#timeoutMs = timeoutMs;
  }

  // At once, not by the callback: the agent counts only what it has, and would open more than it may.
  override createConnection(options: ClientRequestArgs): Duplex {
    const { host, port } = options;
    const target = `${host?.includes(':') ? `[${host}]` : host}:${port}`;
    const tunnel = new Tunnel(this.#proxy, target, this.#timeoutMs);
    const secure = tls.connect({ ...(options as ConnectionOptions), socket: tunnel });
    tunnel.once('error', (error) => secure.destroy(error));
    // It is the tunnel that would keep the process alive.
    return Object.assign(secure, {
      ref: () => tunnel.ref() && secure,
      unref: () => tunnel.unref() && secure,
    });
  }
}

/** A stream to the target through the proxy; it can be written to before it is open. */
class Tunnel extends Duplex {
  readonly #request: ClientRequest;
  readonly #timer: NodeJS.Timeout;
  #socket: Socket | undefined;

  constructor(proxy: URL, target: string, timeoutMs: number) {
    super();
    const fail = (why: string, code?: string): void =>
      void this.destroy(new TransportFault('connect', `the proxy ${proxy.host} ${why}`, { code }));
    this.#request = connectRequest(proxy, target);
    this.#timer = setTimeout(
      () => fail(`opened no tunnel within ${timeoutMs} ms`, 'ETIMEDOUT'),
      timeoutMs,
    );
    this.#request.on('error', (error) => {
      const { message, code } = TransportFault.from(error, '');
      fail(`cannot be reached: ${message}`, code);
    });
    this.#request.once('connect', ({ statusCode = 0 }, socket, head) => {
      clearTimeout(this.#timer);
      if (statusCode >= 200 && statusCode < 300) return this.#open(socket as Socket, head);
      socket.destroy();
      fail(`refused to open a tunnel: ${statusCode}`);
    });
    this.#request.end();
  }

  #open(socket: Socket, head: Buffer): void {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.push(chunk) || socket.pause());
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    if (head.length > 0) socket.unshift(head);
    this.emit('open');
  }

  #whenOpen(task: (socket: Socket) => void): void {
    if (this.#socket) task(this.#socket);
    else this.once('open', () => this.#whenOpen(task));
  }

  ref(): this {
    this.#socket?.ref();
    return this;
  }

  unref(): this {
    this.#socket?.unref();
    return this;
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#whenOpen((socket) => socket.write(chunk, done));
  }

  override _final(done: () => void): void {
    // That the other side has gone already is no error by now.
    this.#whenOpen((socket) => socket.end(() => done()));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#request.destroy();
    this.#socket?.destroy();
    done(error);
  }
}

const connectRequest = (proxy: URL, target: string): ClientRequest => {
  const { protocol, hostname, port, username, password } = proxy;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return (protocol === 'https:' ? https : http).request({
    method: 'CONNECT',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || (protocol === 'https:' ? 443 : 80),
    path: target,
    headers: {
      host: target,
      ...(username + password !== '' && { 'proxy-authorization': authorization }),
    },
    agent: false,
  });
};
