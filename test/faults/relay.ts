import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** Forwards TCP to a server of this machine, until it is told to do something else. */
export interface Relay {
  readonly url: string;
  readonly port: number;
  readonly connections: () => number;
  /** Writes bytes to all who are connected, beside what the server writes. */
  inject(bytes: string): void;
  close(): Promise<void>;
}

/** With `cutAfter`, each connection ends once so many bytes went to the server. */
export const startRelay = async (
  to: number,
  { scheme = 'http', cutAfter = Number.POSITIVE_INFINITY } = {},
): Promise<Relay> => {
  const nearby = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    let sent = 0;
    const far = dial(to, '127.0.0.1');
    nearby.add(near);
    near.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      if (sent >= cutAfter) near.destroy();
      else far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => near.write(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
    near.on('close', () => nearby.delete(near));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    inject: (bytes) => {
      for (const socket of nearby) socket.write(bytes);
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of nearby) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
