import type { IncomingMessage, ServerResponse } from 'node:http';
import { between } from './chance.ts';
import { type Close, close, type Line } from './lines.ts';
import type { Tunnel } from './proxy.ts';

/* What a server may do with a request. */

/** A request that the server has, at least in part. */
export interface Exchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly line: Line;
  readonly chance: () => number;
  /** Enters the write into the ledger. */
  commit(): void;
}

export type Act = (exchange: Exchange) => void;

type Headers = Readonly<Record<string, string>>;

const good = ({ id }: Exchange): string => JSON.stringify({ id });

export const answer =
  (status: number, body: string | ((body: string) => string) = '{}', headers: Headers = {}): Act =>
  (exchange) => {
    const { response, line } = exchange;
    if (response.destroyed || response.headersSent) return;
    const stated: Headers =
      line.statedS === undefined ? {} : { 'keep-alive': `timeout=${line.statedS}` };
    response.writeHead(status, { 'content-type': 'application/json', ...stated, ...headers });
    response.end(typeof body === 'string' ? body : body(good(exchange)));
  };

export const created = (headers: Headers = {}): Act => answer(201, (body) => body, headers);

export const later =
  (from: number, to: number, act: Act): Act =>
  (exchange) =>
    void setTimeout(() => act(exchange), between(from, to, exchange.chance));

export const both =
  (first: Act, second: Act): Act =>
  (exchange) => {
    first(exchange);
    second(exchange);
  };

/** Once the answer is written. */
export const afterwards =
  (act: Act): Act =>
  (exchange) =>
    void exchange.response.once('finish', () => act(exchange));

const CUTS: readonly Close[] = ['drop', 'end', 'reset'];

export const cut: Act = ({ line, chance }) =>
  close(line, CUTS[Math.floor(chance() * CUTS.length)] ?? 'drop');

export const HEAD = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n';

/** Past all rules of HTTP. */
export const raw =
  (text: string | ((exchange: Exchange) => string)): Act =>
  (exchange) =>
    void exchange.line.http.write(typeof text === 'string' ? text : text(exchange));

/** Begins an answer, and cuts the connection in the middle of it. */
export const cutAnswer = (begin: string): Act => both(raw(begin), later(0, 10, cut));

/** The right answer and one more, in one piece. */
export const twoAnswers: Act = raw((exchange) =>
  [good(exchange), '{"id":"foreign"}']
    .map((body) => `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`)
    .join(''),
);

/** A byte now and then: it never ends. */
export const dripping: Act = ({ response }) => {
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' });
  const timer = setInterval(() => response.write(' '), 200);
  response.once('close', () => clearInterval(timer));
};

/** Of its tunnel; a connection without one is cut. */
export const tunnelled =
  (act: (tunnel: Tunnel) => void): Act =>
  (exchange) => {
    const tunnel = exchange.line.tunnel();
    if (tunnel) act(tunnel);
    else cut(exchange);
  };
