import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An API that has bad days, and remembers what it did. */
export interface Api {
  readonly port: number;
  /** How often each write was processed, by its name. */
  readonly writes: ReadonlyMap<string, number>;
  readonly tokenRequests: () => number;
  close(): Promise<void>;
}

const TOKEN_SECONDS = 3;

export const startApi = async (random: () => number): Promise<Api> => {
  const writes = new Map<string, number>();
  let tokens = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    if (request.url === '/oauth2/token') {
      tokens += 1;
      const answer = {
        access_token: `t-${tokens}`,
        token_type: 'Bearer',
        expires_in: TOKEN_SECONDS,
      };
      return json(response, 200, answer);
    }
    const chance = random();
    if (chance < 0.02) return json(response, 401, {});
    if (chance < 0.04) return json(response, 429, {}, { 'retry-after': '0' });
    if (chance < 0.06) return json(response, 503, {}, { 'retry-after': '0' });
    if (chance < 0.08) return json(response, 503, {});
    if (request.method === 'POST') {
      const { name } = JSON.parse(Buffer.concat(chunks).toString()).data.attributes;
      writes.set(name, (writes.get(name) ?? 0) + 1);
    }
    // What was done may be told as a failure all the same.
    if (chance < 0.1) return json(response, 502, {});
    return json(response, 200, { data: [] });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    writes,
    tokenRequests: () => tokens,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
