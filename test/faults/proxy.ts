import { createServer } from 'node:http';
import { type AddressInfo, connect as dial, type Socket } from 'node:net';

/** A proxy that opens tunnels to this machine, whatever name is asked for. Half-open: it ends its side alone. */
export const startProxy = async ({
  halfOpen = false,
} = {}): Promise<{
  readonly url: string;
  readonly tunnels: () => number;
  close(): Promise<void>;
}> => {
  let tunnels = 0;
  const open = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(500).end());
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
  });
  server.on('connect', ({ url = '' }, near) => {
    tunnels += 1;
    const far = dial(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far);
      far.pipe(near);
    });
    near.on('error', () => {}).on('close', () => far.destroy());
    far.on('error', () => {}).on('close', () => (halfOpen ? near.end() : near.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels: () => tunnels,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
