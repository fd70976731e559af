import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerEach } from './worker.ts';

/*
 * An API on loopback: tokens at once, and 1 kB of JSON after so many milliseconds. It counts the
 * connections that brought the one and the other.
 */

/** Connections on which at least one such request came. */
export interface Connections {
  readonly calls: number;
  readonly tokens: number;
}

const delayMs = Number(process.argv[2] ?? 0);

const ACCOUNTS = Array.from({ length: 6 }, (_, at) => ({
  id: String(10_000 + at),
  type: 'RetailMediaAccount',
  attributes: {
    name: `Account ${at} of the bench`,
    type: 'demand',
    subType: null,
    countryIds: [250],
    currency: 'EUR',
    timeZone: 'UTC',
  },
}));
const METADATA = { totalItemsAcrossAllPages: 6, currentPageSize: 25, currentPageIndex: 0 };
const PAGE = JSON.stringify({ data: ACCOUNTS, metadata: METADATA });
const TOKEN = { token_type: 'Bearer', expires_in: 86_400, refresh_token: 'refresh' };

/** More than any bench uses: the gate reads the figures and never has to wait. */
const LIMIT = 1_000_000;
const WINDOW_MS = 60_000;

const carriers = { calls: new Set<Socket>(), tokens: new Set<Socket>() };
let windowEndsAt = 0;
let used = 0;

const answer = (response: ServerResponse, body: string): void => {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  response.writeHead(200, headers).end(body);
};

const giveToken = (response: ServerResponse): void => {
  const token = { access_token: `token-${Math.random()}`, ...TOKEN };
  answer(response, JSON.stringify(token));
};

const givePage = (response: ServerResponse): void => {
  if (Date.now() >= windowEndsAt) {
    windowEndsAt = Date.now() + WINDOW_MS;
    used = 0;
  }
  used += 1;
  response.setHeader('x-ratelimit-limit', LIMIT);
  response.setHeader('x-ratelimit-remaining', LIMIT - used);
  response.setHeader('x-ratelimit-reset', Math.ceil(windowEndsAt / 1_000));
  if (delayMs === 0) answer(response, PAGE);
  else setTimeout(answer, delayMs, response, PAGE);
};

const server = createServer((request, response) => {
  const isToken = request.url?.endsWith('/token') === true;
  carriers[isToken ? 'tokens' : 'calls'].add(request.socket);
  request.resume();
  request.on('end', () => (isToken ? giveToken : givePage)(response));
});
// Longer than a bench: no connection is made because another subject had its turn meanwhile.
server.keepAliveTimeout = 300_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

answerEach((question: 'connections' | 'url'): Connections | string =>
  question === 'url'
    ? `http://127.0.0.1:${port}`
    : { calls: carriers.calls.size, tokens: carriers.tokens.size },
);
