import { parentPort, workerData } from 'node:worker_threads';
import { startProxy } from './proxy.ts';
import { rawAnswer, startRaw } from './raw-server.ts';

/*
 * A server over TLS and a proxy before it, in a thread of their own: they go on while the client's process is busy. The
 * server closes each connection so many milliseconds after an answer, and tells at the end which bodies it got.
 */

const { certified, idleMs } = workerData as {
  readonly certified: { readonly key: string; readonly cert: string };
  readonly idleMs: number;
};

const server = await startRaw(
  ({ socket }) => {
    socket.write(rawAnswer(200));
    setTimeout(() => socket.end(), idleMs);
  },
  { certified },
);
const proxy = await startProxy();
parentPort?.postMessage({ url: server.url, proxyUrl: proxy.url });
parentPort?.once('message', () => {
  parentPort?.postMessage(server.requests.map(({ body }) => body).filter(Boolean));
  process.exit();
});
// The ports do not keep it alive.
setInterval(() => {}, 1_000);
