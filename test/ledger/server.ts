import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createListener, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfSigned } from '../../tools/spec/test/certificate.ts';
import { between, chanceOf, pick } from './chance.ts';
import type { ServerEntry } from './journal.ts';
import { ledgerOf } from './ledger.ts';
import { type Close, close, type Line, lineOf } from './lines.ts';
import type { ServerCommand, ServerStart, ServerWord } from './processes.ts';
import { startProxy } from './proxy.ts';

/* The process of the server and of the proxy in front of it. */

const { folder, lane, misbehaves, seed, way } = JSON.parse(process.argv[2] ?? '') as ServerStart;
const plan = misbehaves ? `${seed} ${lane}` : undefined;
const tell = (word: ServerWord): void => void process.send?.(word);

const entries: ServerEntry[] = [];
const lines = new Map<number, Line>();
const certified = selfSigned();
const ledger = ledgerOf(plan, (entry) => entries.push(entry));

const handle = (request: IncomingMessage, response: ServerResponse): void => {
  const line = lines.get(request.socket.remotePort ?? 0);
  if (line === undefined) return void request.socket.destroy();
  line.http = request.socket;
  ledger(request, response, line);
};
const http = way === 'direct' ? createServer(handle) : createSecureServer(certified, handle);
// It closes connections itself.
Object.assign(http, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
http.on('clientError', (_error, socket) => socket.destroy());
http.on('tlsClientError', () => {});

const CONNECTIONS = [
  { weight: 1_500, fate: 'taken' },
  { weight: 20, fate: 'closed' },
  { weight: 20, fate: 'reset' },
  // In the handshake of TLS, where there is one.
  { weight: 10, fate: 'closed soon' },
  { weight: 10, fate: 'ignored' },
] as const;
const IGNORED_MS = 4_000;
let count = 0;

const listener = createListener((raw) => {
  const number = count++;
  raw.on('error', () => {});
  const { fate } = plan ? pick(CONNECTIONS, chanceOf(plan, 'connection', number)) : TAKEN;
  if (fate === 'closed') return void raw.destroy();
  if (fate === 'reset') return void raw.resetAndDestroy();
  if (fate === 'ignored') return void setTimeout(() => raw.destroy(), IGNORED_MS);
  if (fate === 'closed soon') setTimeout(() => raw.destroy(), 4);
  const port = raw.remotePort ?? 0;
  lines.set(
    port,
    lineOf(raw, () => proxy?.tunnels.get(port), plan && `${plan} line ${number}`),
  );
  raw.once('close', () => lines.delete(port));
  http.emit('connection', raw);
});
const TAKEN = { fate: 'taken' } as const;

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

const port = await listen(listener, 0);
const proxy =
  way === 'direct'
    ? undefined
    : await startProxy(port, way === 'secure-proxy' ? certified : undefined, plan);

/** Now and then nobody listens, mostly for less long than a call goes on trying. */
const refuseNowAndThen = async (during: string): Promise<void> => {
  const chance = chanceOf(during, 'outages');
  for (;;) {
    await sleep(between(3_000, 10_000, chance));
    const isProxy = proxy !== undefined && chance() < 0.5;
    const [server, at] = isProxy ? [proxy.server, proxy.port] : [listener, port];
    const from = Date.now();
    server.close();
    await sleep(chance() < 0.85 ? between(50, 500, chance) : between(1_000, 4_000, chance));
    await listen(server, at);
    entries.push({ type: 'outage', from, to: Date.now() });
  }
};
if (plan) void refuseNowAndThen(plan);

/** Closes all connections that are idle; it is done when the client's system knows. */
const closeIdle = async (how: Close): Promise<number> => {
  const idle = [...lines].filter(([, { busy }]) => busy === 0);
  for (const [, line] of idle) close(line, how);
  while (idle.some(([port]) => lines.has(port) || proxy?.tunnels.has(port))) await sleep(5);
  await sleep(50);
  return idle.length;
};

process.on('message', (command: ServerCommand) => {
  if (command.do === 'close-idle')
    return void closeIdle(command.how).then((closed) => tell({ closed }));
  writeFileSync(
    join(folder, 'server.jsonl'),
    entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
  process.exit(0);
});

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'ca.pem'), certified.cert);
tell({ address: { port, proxyPort: proxy?.port } });
