import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How bad a line is. */
export interface Line {
  readonly latencyMs: number;
  /** The latency is so much more or less. */
  readonly jitterMs: number;
  readonly bytesPerSecond: number;
  /** What is sent comes in pieces of this size. */
  readonly sliceBytes: number;
}

/** Forwards TCP to a server of this machine as a poor line does: late, slowly, and in pieces. */
export const startPoorLine = async (
  to: number,
  line: Line,
): Promise<{ url: string; close(): Promise<void> }> => {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(to, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay().on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      pour(from, into, line).catch(() => {
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

const pour = async (from: Socket, into: Socket, line: Line): Promise<void> => {
  const { bytesPerSecond, jitterMs, latencyMs, sliceBytes } = line;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    await sleep(latencyMs + jitterMs * (2 * Math.random() - 1));
    for (let at = 0; at < chunk.length && into.writable; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      await sleep((slice.length / bytesPerSecond) * 1_000);
      into.write(slice);
    }
  }
  into.end();
};
