import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** What stands between a program and the sandbox. */
export interface Front {
  readonly url: string;
  /** How often each path was asked for. */
  readonly asked: (path: string) => number;
  readonly close: () => Promise<void>;
}

/**
 * The user's own web server, on loopback: it serves the page and hands all else on to the sandbox, so
 * that both have one origin; it compresses as an API's edge does. `/slow` never answers,
 * `/broken` takes the whole request and hangs up, `/elsewhere` redirects to `/followed`.
 */
export const startFront = async (sandboxUrl: string, pages: string): Promise<Front> => {
  const paths: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', sandboxUrl).pathname;
    paths.push(path);
    if (path === '/slow') return;
    if (path === '/broken') return void incoming.resume().on('end', () => outgoing.destroy());
    if (path === '/elsewhere') return void outgoing.writeHead(302, { location: '/followed' }).end();
    const work = path.startsWith('/pages/')
      ? servePage(outgoing, join(pages, path.slice('/pages/'.length)))
      : forward(incoming, outgoing, sandboxUrl);
    work.catch((error: unknown) => {
      console.error(`${incoming.method} ${path}: ${String(error)}`);
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (wanted) => paths.filter((path) => path === wanted).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
};

const servePage = async (outgoing: ServerResponse, file: string): Promise<void> => {
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  // The strictest a page can ask for: a script that evaluates text or calls another host fails.
  const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
  const content = await readFile(file);
  outgoing.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
  outgoing.end(content);
};

const forward = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  sandboxUrl: string,
): Promise<void> => {
  // Origin and host are those of the page's own server; the sandbox takes none but its own.
  const { origin: _origin, host: _host, ...headers } = incoming.headers;
  const body = await buffer(incoming);
  const url = new URL(incoming.url ?? '/', sandboxUrl);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method: incoming.method, headers, agent: false }, resolve);
    sent.on('error', reject).end(body);
  });
  const { 'content-length': _length, connection: _connection, ...kept } = answer.headers;
  const { encoding, bytes } = compressed(await buffer(answer), incoming.headers['accept-encoding']);
  outgoing.writeHead(answer.statusCode ?? 502, { ...kept, ...encoding });
  outgoing.end(bytes);
};

const compressed = (
  bytes: Buffer,
  accepted = '',
): { readonly encoding: Record<string, string>; readonly bytes: Buffer } => {
  if (bytes.length === 0) return { encoding: {}, bytes };
  if (/\bbr\b/.test(accepted))
    return { encoding: { 'content-encoding': 'br' }, bytes: brotliCompressSync(bytes) };
  if (/\bgzip\b/.test(accepted))
    return { encoding: { 'content-encoding': 'gzip' }, bytes: gzipSync(bytes) };
  return { encoding: {}, bytes };
};
