import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './acts.ts';
import { chanceOf, pick } from './chance.ts';
import { type Fate, fatesOf, GOOD } from './fates.ts';
import type { Seen } from './journal.ts';
import type { Line } from './lines.ts';

const TOKEN = { access_token: 'a-token-of-the-ledger', token_type: 'Bearer', expires_in: 900 };

/** Takes writes into a journal, and misbehaves as the seed says; without a seed it does not. */
export const ledgerOf = (
  seed: string | undefined,
  journal: (entry: Seen) => void,
): ((request: IncomingMessage, response: ServerResponse, line: Line) => void) => {
  const arrivals = new Map<string, number>();

  return (request, response, line) => {
    line.works();
    // A request and its answer end for themselves; where the connection breaks nobody rests.
    response.once('finish', () => line.rests());
    request.on('error', () => {});
    if (request.url?.endsWith('/token')) {
      request
        .resume()
        .once('end', () =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify(TOKEN)),
        );
      return;
    }
    const [kind = '', id = ''] = request.url?.split('/').slice(-2) ?? [];
    const arrival = arrivals.get(id) ?? 0;
    arrivals.set(id, arrival + 1);
    const chance = chanceOf(seed ?? '', id, arrival);
    const fate = seed === undefined ? GOOD : pick(fatesOf(kind), chance);
    const note = (type: Seen['type']): void =>
      journal({
        type,
        id,
        arrival,
        fate: fate.name,
        isRefused: fate.isRefused,
        at: Date.now(),
      });
    note('head');
    const exchange = { id, request, response, line, chance, commit: () => note('done') };
    meet(exchange, fate, () => note('whole'));
  };
};

/** Reads the request, and lets the fate strike in its moment. */
const meet = (exchange: Exchange, { at, act }: Fate, wasRead: () => void): void => {
  const { request, id } = exchange;
  if (at === 'head') act(exchange);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    // One that came at once is no part: what strikes here strikes large requests.
    if (at === 'part' && chunks.length === 0) act(exchange);
    chunks.push(chunk);
  });
  request.once('end', () => {
    if (at === 'head' || at === 'part' || !request.complete) return;
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { readonly id: string };
    if (body.id !== id) throw new Error(`the body of ${id} is that of ${body.id}`);
    wasRead();
    if (at === 'done') exchange.commit();
    act(exchange);
  });
};
