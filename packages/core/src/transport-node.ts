import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { TransportFault } from './fault.js';
import { type HttpClient, ownAxios, type Wire } from './http.js';
import { unusedProxyHint } from './node/proxy-rules.js';

const { bun, deno, node } = process.versions;

/** What runs this program, for the user agent: `node/24.21.0`. */
export const RUNTIME: string = deno ? `deno/${deno}` : bun ? `bun/${bun}` : `node/${node}`;

const MAX_SOCKETS = 64;

/**
 * The transport on Node: axios with an adapter of ours over node:http. It keeps connections alive
 * (not in Deno), opens at most 64 a host, follows no redirect, uses no proxy, and bounds what it reads.
 */
export const createAxios = (own: HttpClient | undefined): Wire & { close: () => void } => {
  if (own) return { instance: own, close: () => own.close?.(), hint: () => undefined };
  const instance = nodeAxios(directAgents());
  return { instance, close: () => instance.close?.(), hint: unusedProxyHint };
};

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** For https through a proxy. */
  readonly tunnelled?: https.Agent;
}

// Deno itself sends a request again when a kept connection ends, even a write or one that was given up.
export const agentOptions = (): { keepAlive: boolean; maxSockets: number } => ({
  keepAlive: !('Deno' in globalThis),
  maxSockets: MAX_SOCKETS,
});

export const directAgents = (): Agents => ({
  http: new http.Agent(agentOptions()),
  https: new https.Agent(agentOptions()),
});

/** axios over these agents, with every guard of the adapter. */
export const nodeAxios = (
  agents: Agents,
  isTunnelled: (url: URL) => boolean = () => false,
): HttpClient => {
  const agentOf = (url: URL): http.Agent => {
    if (agents.tunnelled && isTunnelled(url)) return agents.tunnelled;
    return url.protocol === 'https:' ? agents.https : agents.http;
  };
  const close = (): void => {
    const idle = Object.values<http.Agent>({ ...agents }).flatMap(({ freeSockets }) =>
      Object.values(freeSockets).flat(),
    );
    for (const socket of idle) socket?.destroy();
  };
  return Object.assign(ownAxios({ adapter: adapter(agentOf) }), { close });
};

type AgentOf = (url: URL) => http.Agent;

const adapter =
  (agentOf: AgentOf): AxiosAdapter =>
  (config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const request = open(config, agentOf);
      const fail = (error: unknown): void => {
        reject(TransportFault.from(error, config.url ?? ''));
        request.destroy();
      };
      const abort = (): void => fail(new TransportFault('network', 'the call ended'));
      const destroy = (): void => void request.destroy();
      const { signal } = config;
      signal?.addEventListener?.('abort', abort, { once: true });
      request.once('close', () => signal?.removeEventListener?.('abort', abort));
      request.on('error', fail);
      request.on('upgrade', (_message, socket) => {
        socket.destroy();
        fail(new TransportFault('response', 'it switches protocols'));
      });
      request.on('response', (message) => {
        if (config.responseType === 'stream') {
          const data = { [Symbol.asyncIterator]: () => chunksOf(message), destroy };
          return resolve(toResponse(config, request, message, data));
        }
        read(message, config.maxContentLength ?? -1).then(
          (bytes) => resolve(toResponse(config, request, message, dataOf(config, bytes))),
          fail,
        );
      });
      request.end(config.data instanceof ArrayBuffer ? Buffer.from(config.data) : config.data);
    });

const open = (config: InternalAxiosRequestConfig, agentOf: AgentOf): ClientRequest => {
  const url = new URL(config.url ?? '');
  return (url.protocol === 'https:' ? https : http).request(url, {
    method: (config.method ?? 'get').toUpperCase(),
    agent: agentOf(url),
    headers: { ...writableHeaders(config), 'accept-encoding': 'gzip, deflate, br' },
  });
};

// axios marks headers that must not be sent with null, undefined or false.
const writableHeaders = (config: InternalAxiosRequestConfig): Record<string, string> => {
  const entries = Object.entries(config.headers).filter(
    ([, value]) => value !== null && value !== undefined && value !== false,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
};

const INFLATERS: Readonly<Record<string, () => Transform>> = {
  br: createBrotliDecompress,
  deflate: createInflate,
  gzip: createGunzip,
  'x-gzip': createGunzip,
};

const read = async (message: IncomingMessage, limit: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(message)) {
    size += chunk.length;
    if (limit >= 0 && size > limit) {
      throw new TransportFault('too-large', `it is larger than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** The body, inflated, as fast as it is taken. */
async function* chunksOf(message: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  const inflater = INFLATERS[message.headers['content-encoding']?.toLowerCase() ?? '']?.();
  let received = 0;
  if (inflater) message.on('data', (chunk: Buffer) => (received += chunk.length));
  try {
    yield* inflater ? inflated(message, inflater) : message;
  } catch (error) {
    // An empty body is fine, whatever encoding it is said to have.
    if (!message.complete || !inflater || received > 0) throw error;
  }
  if (!message.complete)
    throw new TransportFault('network', 'the connection closed in the middle of the answer');
}

// An error of the connection must end the inflater, too, or reading it would wait for ever.
const inflated = (message: IncomingMessage, inflater: Transform): Readable => {
  message.on('error', (error) => inflater.destroy(error));
  return message.pipe(inflater);
};

const dataOf = ({ responseType }: InternalAxiosRequestConfig, bytes: Buffer): Buffer | string =>
  responseType === 'arraybuffer' ? bytes : bytes.toString('utf8');

const toResponse = (
  config: InternalAxiosRequestConfig,
  request: ClientRequest,
  message: IncomingMessage,
  data: unknown,
): AxiosResponse => ({
  data,
  status: message.statusCode ?? 0,
  statusText: message.statusMessage ?? '',
  headers: Object.fromEntries(
    Object.entries(message.headersDistinct).map(([name, values]) => [name, values?.[0]]),
  ),
  config,
  request,
});
