import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Bound, Operation } from '../src/operation.js';
import type { Row } from '../src/rows.js';

/*
 * A process that reads the rows of a file: `node large-file-process.ts <bundle> <url> <role>`. It tells how many
 * bytes it has used up, rests in the middle until it hears something, and tells at the end what it saw.
 */

const [, , bundle = '', baseUrl = '', role = ''] = process.argv;
type Core = typeof import('../src/index.js');
const { Api, createTransport, download } = (await import(pathToFileURL(bundle).href)) as Core;

type GetFile = Operation<Record<string, never>, Uint8Array | undefined>;
const getFile: GetFile = { id: 'getFile', method: 'GET', path: '/file', response: 'bytes' };
class FileApi extends Api {
  declare readonly getFile: Bound<GetFile>;
}

const EVERY = 2_000;
const BASE_ROWS = 20_000;
const REST_AT = 200_000;

const say = (message: object): void => void process.send?.(message);
const nextMessage = (): Promise<unknown> => new Promise((heard) => process.once('message', heard));
const rss = (): number => process.memoryUsage.rss();

let socket: Socket | undefined;
subscribe('net.client.socket', (message) => {
  socket = (message as { readonly socket: Socket }).socket;
});

let bytes = 0;
let used = 0;
/** The most that the process had read from the socket and not used up. */
let held = 0;
let rows = 0;
let sum = 0;
let base = 0;
let peak = 0;

/** Reads row by row, a little slower than they come. */
const slow = async (file: AsyncIterable<Row>): Promise<void> => {
  for await (const row of file) {
    use(row);
    if (rows % EVERY !== 0) continue;
    used = bytes;
    say({ used });
    await wait(1);
    if (rows === REST_AT) await rest();
  }
};

/** The planted fault: it takes all there is, and then uses it. */
const greedy = async (file: AsyncIterable<Row>): Promise<void> => {
  const all: Row[] = [];
  for await (const row of file) {
    all.push(row);
    if (all.length === BASE_ROWS) base = rss();
  }
  await rest();
  for (const row of all) use(row);
};

const use = ({ clicks, name }: Row): void => {
  rows += 1;
  sum = (Math.imul(sum, 31) + Number(clicks) + String(name).length) | 0;
  if (rows % EVERY === 0) measure();
};

const measure = (): void => {
  held = Math.max(held, (socket?.bytesRead ?? Number.POSITIVE_INFINITY) - used);
  if (rows === BASE_ROWS && base === 0) base = rss();
  if (rows > BASE_ROWS) peak = Math.max(peak, rss());
};

const rest = async (): Promise<void> => {
  const heard = nextMessage();
  say({ rests: true });
  await heard;
};

const roles: Readonly<Record<string, (file: AsyncIterable<Row>) => Promise<void>>> = {
  slow,
  greedy,
};
const transport = createTransport({ baseUrl, allowLoopbackHttp: true, logLevel: 'off' });
const { getFile: method } = new FileApi(transport, [getFile]);
const onProgress = (progress: { readonly bytes: number }): unknown => (bytes = progress.bytes);
await roles[role]?.(download(method, {}, { onProgress }).rows());
say({ rows, sum, bytes, held, base, peak });
process.disconnect?.();
