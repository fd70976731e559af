import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one window took, and what it refused. */
export interface Window {
  readonly used: number;
  readonly refused: number;
}

export interface LimitedServer {
  readonly url: string;
  /** From the first call's window to the last one's; a window that nobody used is there, too. */
  windows(): readonly Window[];
  close(): void;
}

/** An API on loopback that gives tokens, and takes so many calls in each window of whole seconds. */
export const startLimited = async (limit: number, windowMs: number): Promise<LimitedServer> => {
  const windows: { used: number; refused: number }[] = [];
  let beganAt: number | undefined;
  const take = (response: ServerResponse): void => {
    beganAt ??= Math.floor(Date.now() / 1_000) * 1_000;
    const index = Math.floor((Date.now() - beganAt) / windowMs);
    while (windows.length <= index) windows.push({ used: 0, refused: 0 });
    const window = windows[index] as { used: number; refused: number };
    const isRefused = window.used >= limit;
    if (isRefused) window.refused += 1;
    else window.used += 1;
    response.setHeader('x-ratelimit-limit', limit);
    response.setHeader('x-ratelimit-remaining', limit - window.used);
    response.setHeader('x-ratelimit-reset', (beganAt + (index + 1) * windowMs) / 1_000);
    answer(response, isRefused ? 429 : 200, isRefused ? { errors: [] } : { data: [] });
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () =>
      request.url?.endsWith('/token') ? giveToken(response) : take(response),
    );
  });
  // Whatever happens to the bench, this ends with it.
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    windows: () => windows,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const giveToken = (response: ServerResponse): void =>
  answer(response, 200, { access_token: 'token', token_type: 'Bearer', expires_in: 900 });

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
