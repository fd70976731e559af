import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Certified } from '../../tools/spec/test/certificate.ts';
import { between, chanceOf, pick } from './chance.ts';

/** A way through the proxy. */
export interface Tunnel {
  /** Puts bytes into what the client reads. */
  inject(bytes: string): void;
  /** Ends the client's side alone. */
  end(): void;
  /** Stays open, and carries nothing any more. */
  swallow(): void;
  cut(): void;
}

export interface Proxy {
  readonly server: Server;
  readonly port: number;
  /** By the port that the server behind it sees. */
  readonly tunnels: ReadonlyMap<number, Tunnel>;
}

/** What the proxy does with a client that asks for a tunnel; `open` makes one. */
type Fate = (client: Duplex, open: (then?: (tunnel: Tunnel) => void) => void) => void;

const OPENED = 'HTTP/1.1 200 Connection established\r\n\r\n';

const refuse =
  (status: string): Fate =>
  (client) =>
    void client.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);

const carry: Fate = (_client, open) => open();

const FATES: readonly { readonly weight: number; readonly fate: Fate }[] = [
  { weight: 2_000, fate: carry },
  { weight: 150, fate: (_client, open) => open((tunnel) => tunnel.cut()) },
  { weight: 25, fate: (_client, open) => open((tunnel) => tunnel.end()) },
  { weight: 15, fate: (_client, open) => open((tunnel) => tunnel.swallow()) },
  { weight: 8, fate: refuse('502 Bad Gateway') },
  { weight: 6, fate: refuse('503 Service Unavailable') },
  { weight: 4, fate: refuse('407 Proxy Authentication Required') },
  { weight: 4, fate: refuse('403 Forbidden') },
  // It stalls, closes, opens and closes, opens and closes in the handshake, leads nowhere, babbles.
  { weight: 10, fate: () => {} },
  { weight: 12, fate: (client) => void client.destroy() },
  { weight: 6, fate: (client) => void client.write(OPENED, () => client.destroy()) },
  {
    weight: 6,
    fate: (client) => void client.write(OPENED, () => setTimeout(() => client.destroy(), 3)),
  },
  { weight: 8, fate: (client) => void client.write(OPENED) },
  { weight: 2, fate: (client) => void client.write(`${OPENED}HTTP/1.1 400 What?\r\n\r\n`) },
];

/** A proxy for CONNECT. Without a seed it only carries. */
export const startProxy = async (
  to: number,
  certified: Certified | undefined,
  seed: string | undefined,
): Promise<Proxy> => {
  const tunnels = new Map<number, Tunnel>();
  let count = 0;
  const server = certified ? createSecureServer(certified) : createServer();
  server.on('connect', (_request: unknown, client: Duplex) => {
    client.on('error', () => {});
    const chance = chanceOf(seed ?? '', 'tunnel', count++);
    const fate = seed === undefined ? carry : pick(FATES, chance).fate;
    fate(client, (then) =>
      open(to, client, tunnels, (tunnel) => {
        if (then) setTimeout(() => then(tunnel), between(20, 6_000, chance));
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, tunnels };
};

const open = (
  to: number,
  client: Duplex,
  tunnels: Map<number, Tunnel>,
  done: (tunnel: Tunnel) => void,
): void => {
  const far = connect(to, '127.0.0.1');
  const cut = (): void => {
    far.destroy();
    if (client instanceof Socket && !(client instanceof TLSSocket)) client.resetAndDestroy();
    else client.destroy();
  };
  const refused = (): void => refuse('502 Bad Gateway')(client, () => {});
  far.once('error', refused);
  client.on('close', () => far.destroy());
  far.once('connect', () => {
    far.removeListener('error', refused).on('error', cut);
    client.on('error', cut);
    const { localPort = 0 } = far;
    client.write(OPENED);
    client.pipe(far).pipe(client);
    const tunnel: Tunnel = {
      inject: (bytes) => void client.write(bytes),
      end: () => void client.end(),
      swallow: () => {
        client.unpipe(far).resume();
        far.unpipe(client).resume();
      },
      cut,
    };
    tunnels.set(localPort, tunnel);
    far.once('close', () => tunnels.delete(localPort));
    done(tunnel);
  });
};
