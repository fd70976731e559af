import type { AddressInfo } from 'node:net';
import { createServer, connect as dial, type Socket } from 'node:net';

/** A connection through a bad network: what goes wrong with it is drawn once, when it is opened. */
type Fate = 'cut-before' | 'cut-after' | 'cut-within' | 'fine' | 'slow' | 'stuck';

export interface BadNetwork {
  readonly port: number;
  /** How many connections had which fate. */
  readonly fates: Record<string, number>;
  close(): Promise<void>;
}

const SLOW_MS = 150;

/** Forwards TCP to a port of this machine, and not always well. */
export const startBadNetwork = async (to: number, random: () => number): Promise<BadNetwork> => {
  const fates: Record<string, number> = {};
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const fate = drawn(random());
    fates[fate] = (fates[fate] ?? 0) + 1;
    const far = dial(to, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    // A kept connection is good for some requests before its fate comes.
    let requests = 1 + Math.floor(random() * 8);
    near.on('data', (chunk) => {
      requests -= 1;
      if (requests > 0 || fate === 'fine') return void far.write(chunk);
      if (fate === 'cut-before') return void near.resetAndDestroy();
      if (fate === 'stuck') return;
      far.write(chunk);
      if (fate === 'cut-after') setTimeout(() => near.resetAndDestroy(), 1);
    });
    far.on('data', (chunk) => {
      if (requests > 0) return void near.write(chunk);
      // Even a good one is closed some day, perhaps just when the next request is on its way.
      if (fate === 'fine') return void near.end(chunk);
      if (fate === 'cut-after') return;
      if (fate === 'slow') return void setTimeout(() => near.write(chunk), SLOW_MS);
      near.write(chunk.subarray(0, chunk.length / 2));
      near.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    fates,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

const drawn = (chance: number): Fate => {
  if (chance < 0.15) return 'cut-before';
  if (chance < 0.3) return 'cut-after';
  if (chance < 0.4) return 'cut-within';
  if (chance < 0.42) return 'stuck';
  return chance < 0.6 ? 'slow' : 'fine';
};
