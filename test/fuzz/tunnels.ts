import type { End } from './ends.ts';
import { EARLY } from './marks.ts';
import { randomOf } from './random.ts';

/** What a proxy answers to CONNECT, and what becomes of the tunnel. */
export interface TunnelPlan {
  readonly when: 'accept' | 'head';
  readonly answer: string;
  /** The tunnel that it opens; none if it refuses. */
  readonly tunnel: 'garbage' | 'none' | 'open' | 'other-host' | 'short';
  readonly end: End | 'keep';
  /** So many bytes of the handshake come through a tunnel that is short. */
  readonly bytes: number;
}

const OPENING = [
  'HTTP/1.1 200 Connection established\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.0 200 OK\r\nVia: 1.0 a proxy\r\n\r\n',
  'HTTP/1.1 299 \r\nX-Some: header\r\n\r\n',
  'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive\r\n\r\n',
];

/** They mean the same to a client that keeps to RFC 9110 section 9.3.6; others may fail. */
const DOUBTFUL = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
  `HTTP/1.1 200 OK\r\n${Array.from({ length: 3_000 }, (_, index) => `X-${index}: 1\r\n`).join('')}\r\n`,
  'HTTP/1.1 200 OK\r\n__proto__: constructor\r\nconstructor: 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
];

const body = `<p>${EARLY}`;
const REFUSING = [
  'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="constructor"\r\nContent-Length: 0\r\n\r\n',
  `HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  `HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `HTTP/1.1 503 Service Unavailable\r\nRetry-After: 99999999999\r\n\r\n${body}`,
  'HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
  // node:http takes it for the last word.
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 199 \r\n\r\n',
  'HTTP/1.1 999 \r\n\r\n',
  'HTTP/1.1 20',
  'HTTP/1.1 200 OK\r\nX-Cut: ',
  'ICY 200 OK\r\n\r\n',
  '\u0000\u0001\u0002',
  `HTTP/1.1 200 OK\r\nX-Long: ${'a'.repeat(70_000)}\r\n\r\n`,
  '',
];

export const tunnelPlan = (seed: number, series: number, index: number): TunnelPlan => {
  const random = randomOf(seed, series, 6, index);
  const fine = {
    when: 'head',
    answer: random.pick(OPENING),
    tunnel: 'open',
    end: 'keep',
    bytes: 0,
  } as const;
  return random.weighted<() => TunnelPlan>([
    [70, () => fine],
    [5, () => ({ ...fine, answer: random.pick(DOUBTFUL) })],
    [
      12,
      () => ({
        ...fine,
        when: random.pick(['head', 'head', 'accept'] as const),
        answer: random.pick(REFUSING),
        tunnel: 'none',
        end: random.pick(['fin', 'fin', 'rst', 'keep'] as const),
      }),
    ],
    [2, () => ({ ...fine, when: 'accept', tunnel: 'none', end: 'fin' })],
    [3, () => ({ ...fine, tunnel: 'garbage', end: random.pick(['fin', 'rst', 'keep'] as const) })],
    [2, () => ({ ...fine, tunnel: 'other-host' })],
    [
      6,
      () => ({
        ...fine,
        tunnel: 'short',
        bytes: random.below(3_000),
        end: random.pick(['fin', 'rst'] as const),
      }),
    ],
    // Too few for a handshake: only the limit of connecting ends it.
    [1, () => ({ ...fine, tunnel: 'short', bytes: random.below(200), end: 'keep' })],
  ])();
};
