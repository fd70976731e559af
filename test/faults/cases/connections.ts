import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { proxyFromEnv } from '@criteo-sdk/core/node';
import { ConnectionError, TimeoutError } from '@criteo-sdk/retailmedia';
import { selfSigned } from '../../../tools/spec/test/certificate.ts';
import {
  type Bench,
  became,
  type Case,
  call,
  connect,
  failure,
  listeningClock,
  safeWrite,
  seen,
  times,
  write,
} from '../bench.ts';
import { startBlackHole } from '../black-hole.ts';
import { startProxy } from '../proxy.ts';
import { type RawServer, rawAnswer, startRaw } from '../raw-server.ts';
import { trusting } from './outcomes.ts';

/** Connections that are kept, that are busy, and that do not come about. */
export const CONNECTIONS: readonly Case[] = [
  {
    id: 'F120',
    what: 'a connection that does not come about: its own limit ends it, not that of the attempt',
    run: async (bench) => {
      const hole = await startBlackHole();
      const clock = listeningClock();
      const options = { clock, tokens: connect(bench).tokens, connectTimeoutMs: 250 };
      const error = await failure(call(connect(hole, { ...options, retry: { limit: 0 } })));
      hole.close();
      assert.ok(error instanceof TimeoutError && error.limitMs === 250);
      assert.ok(clock.asked.includes(250) && !clock.asked.includes(60_000));
    },
  },
  {
    id: 'F121',
    what: '256 calls at once, each a second, an attempt three seconds: none waits itself to death',
    run: async (bench) => {
      const server = await startRaw(async ({ socket }) => {
        await sleep(1_000);
        socket.write(rawAnswer(200));
      });
      const { tokens } = connect(bench);
      const client = connect(server, { tokens, attemptTimeoutMs: 3_000, retry: { limit: 0 } });
      await Promise.all(times(256, client).map((one) => call(one)));
      assert.equal(server.requests.length, 256);
      assert.ok(server.connections() <= 64);
      await server.close();
    },
  },
  {
    id: 'F122',
    what: 'the server closes kept connections while the process is busy: 20 writes, each arrives once',
    alone: true,
    run: async (bench) => {
      const { tokens } = connect(bench);
      const server = await closingIdle(30);
      const client = connect(server, { tokens });
      for (let round = 0; round < 20; round += 1) {
        await call(client);
        block(120);
        await write(client, {}, `write-${round}`);
      }
      assert.deepEqual(
        bodies(server),
        range(20).map((round) => `write-${round}`),
      );
      await server.close();
    },
  },
  {
    id: 'F123',
    what: 'the same through a proxy: 8 writes at once, each arrives once',
    alone: true,
    run: async (bench) => {
      const certified = selfSigned();
      const workerData = { certified, idleMs: 30 };
      const world = new Worker(new URL('../tunnel-world.ts', import.meta.url), { workerData });
      const [{ url, proxyUrl }] = await once(world, 'message');
      const { tokens } = connect(bench);
      const viaProxy = proxyFromEnv({ https_proxy: proxyUrl });
      await trusting(certified.cert, async () => {
        const client = connect({ url }, { tokens, axios: viaProxy });
        await Promise.all(times(8, client).map((one) => call(one)));
        block(300);
        await Promise.all(range(8).map((number) => write(client, {}, `write-${number}`)));
      });
      world.postMessage('what came?');
      const [came] = (await once(world, 'message')) as [string[]];
      const names = came.map((body) => (JSON.parse(body) as { readonly name: string }).name);
      assert.deepEqual(
        names.sort(),
        range(8).map((number) => `write-${number}`),
      );
    },
  },
  {
    id: 'F124',
    what: '64 reads over kept connections that have ended, and no retry budget left: all succeed',
    alone: true,
    run: async (bench) => {
      const server = await startRaw(({ socket, number }) => {
        // The first 64 over each connection are answered, and the second ones are not.
        if (number < 64 || number >= 128) socket.write(rawAnswer(200));
        else socket.destroy();
      });
      const { tokens } = connect(bench);
      const client = connect(server, { tokens, retry: { limit: 0 } });
      await Promise.all(times(64, client).map((one) => call(one)));
      await Promise.all(times(64, client).map((one) => call(one)));
      assert.equal(server.requests.length, 192);
      await server.close();
    },
  },
  {
    id: 'F125',
    what: 'a connection that is idle for 4 s, or for as long as its server says, is not used again',
    run: async (bench) => {
      const { tokens } = connect(bench);
      const usedAgain = async (headers: Record<string, string>, idleMs: number) => {
        const server = await startRaw(({ socket }) => socket.write(rawAnswer(200, '{}', headers)));
        const client = connect(server, { tokens });
        await write(client);
        await sleep(idleMs);
        await write(client);
        await server.close();
        return server.connections() === 1;
      };
      const kept = await Promise.all([
        usedAgain({}, 2_000),
        usedAgain({}, 4_100),
        usedAgain({ 'keep-alive': 'timeout=8' }, 4_100),
        usedAgain({ 'keep-alive': 'timeout=2' }, 1_200),
        usedAgain({ 'keep-alive': 'timeout=1' }, 600),
      ]);
      assert.deepEqual(kept, [true, false, true, false, false]);
    },
  },
  {
    id: 'F126',
    what: 'a kept connection ends before a byte of an answer: a read and a safe write go over a fresh one, once; a write does not',
    run: async (bench) => {
      const { tokens } = connect(bench);
      const once = { retry: { limit: 0 } };
      for (const [send, attempts] of [
        [call, 2],
        [safeWrite, 2],
        [write, 1],
      ] as const) {
        const server = await startRaw(({ socket, number }) => {
          if (number === 0) socket.write(rawAnswer(200));
          else socket.destroy();
        });
        const client = connect(server, { tokens, ...once });
        await call(client);
        const error = await failure(send(client));
        assert.deepEqual([error.attempts, error.outcome], [attempts, 'unknown'], send.name);
        assert.equal(server.requests.length, 1 + attempts);
        await server.close();
      }
    },
  },
  {
    id: 'F127',
    what: 'a tunnel whose far end has gone is not used again, also where the proxy leaves the near end open',
    alone: true,
    run: async (bench) => {
      const certified = selfSigned();
      const server = await startRaw(({ socket }) => socket.write(rawAnswer(200)), { certified });
      const proxy = await startProxy({ halfOpen: true });
      const { tokens } = connect(bench);
      const viaProxy = proxyFromEnv({ https_proxy: proxy.url });
      await trusting(certified.cert, async () => {
        const client = connect(server, { tokens, axios: viaProxy });
        await write(client);
        for (const socket of server.open) socket.destroy();
        await sleep(100);
        await write(client);
      });
      assert.deepEqual([server.requests.length, proxy.tunnels()], [2, 2]);
      await Promise.all([proxy.close(), server.close()]);
    },
  },
  {
    id: 'F128',
    what: '256 calls that all need a new token: it does not stand behind them for a connection',
    run: async () => {
      const server = await startRaw(async ({ socket, head }) => {
        if (head.startsWith('POST /oauth2/token'))
          return socket.write(rawAnswer(200, token(tokens++)));
        await sleep(300);
        return socket.write(rawAnswer(head.includes('Bearer token-0') ? 401 : 200));
      });
      let tokens = 0;
      const options = { retry: { limit: 0 }, rateLimit: false, timeoutMs: 40_000 } as const;
      const client = connect(server, options);
      await Promise.all(times(256, client).map((one) => call(one)));
      const heads = server.requests.map(({ head }) => head);
      assert.deepEqual([tokens, heads.length], [2, 2 + 512]);
      // The new one was asked for when the first answers had come, before the last of the first requests.
      const renewed = heads.findLastIndex((head) => head.startsWith('POST /oauth2/token'));
      assert.ok(renewed < heads.findLastIndex((head) => head.includes('Bearer token-0')));
      await server.close();
    },
  },
  {
    id: 'F129',
    what: 'an answer that does not come: the next attempt has its time; a write keeps all of it',
    run: async (bench) => {
      await bench.script({ api: [{ kind: 'hang' }] });
      await call(connect(bench), { attemptTimeoutMs: 300, retry: { baseMs: 10 } });
      await seen(bench, { api: 2 });
      const limit = { timeoutMs: 30_000 };
      assert.equal(await limits(bench, (one, options) => call(one, options), limit), '30000 10000');
      assert.equal(
        await limits(bench, (one, options) => call(one, options), { timeoutMs: 6_000 }),
        '6000 5000',
      );
      assert.equal(
        await limits(bench, (one, options) => write(one, options), limit),
        '30000 30000',
      );
      assert.equal(
        await limits(bench, (one, options) => safeWrite(one, options), limit),
        '30000 10000',
      );
      assert.equal(
        await limits(bench, (one, options) => call(one, options), {
          ...limit,
          retry: { limit: 0 },
        }),
        '30000 30000',
      );
      assert.equal(await limits(bench, (one, options) => call(one, options), {}), '120000 60000');
    },
  },
  {
    id: 'F130',
    what: 'an answer that comes before its request was read: the connection ends, and 65 of them leave room for a call',
    run: async (bench) => {
      const early = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', (chunk: Buffer) => {
          if (chunk.toString('latin1').startsWith('POST')) socket.pause();
          socket.write(rawAnswer(chunk.toString('latin1').startsWith('POST') ? 413 : 200));
        });
      });
      await once(early.listen(0, '127.0.0.1'), 'listening');
      const { port } = early.address() as AddressInfo;
      const { tokens } = connect(bench);
      const url = `http://127.0.0.1:${port}`;
      const client = connect({ url }, { tokens, rateLimit: false, timeoutMs: 20_000 });
      const large = 'x'.repeat(4_000_000);
      for (let left = 65; left > 0; left -= 5)
        for (const one of await Promise.all(
          times(5, client).map((by) => failure(write(by, {}, large))),
        ))
          became(one, { outcome: 'answered' });
      await call(client);
      client.close();
      early.close();
    },
  },
  {
    id: 'F131',
    what: 'a file without a length whose connection is reset in the middle: an error, however it is read',
    run: async (bench) => {
      const server = await startRaw(({ socket }) => {
        const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConnection: close\r\n\r\n';
        socket.write(`${head}a,b\r\n1,2\r\n`, () => setTimeout(() => socket.resetAndDestroy(), 50));
      });
      const file = { id: 'getFile', method: 'GET', path: '/file', response: 'stream' } as const;
      const client = connect(server, { tokens: connect(bench).tokens, retry: { limit: 0 } });
      const stream = (await client.call(file)) as unknown as AsyncIterable<Uint8Array>;
      const read = async (): Promise<void> => {
        for await (const _chunk of stream);
      };
      assert.ok((await failure(read())) instanceof ConnectionError);
      await server.close();
    },
  },
  {
    id: 'F133',
    what: 'a file whose request went over a fresh connection, as the kept one had ended: it is whole',
    run: async (bench) => {
      const server = await startRaw(({ socket, number }) => {
        if (number === 1) socket.end();
        else socket.write(rawAnswer(200));
      });
      const file = { id: 'getFile', method: 'GET', path: '/file', response: 'stream' } as const;
      const client = connect(server, { tokens: connect(bench).tokens, retry: { limit: 0 } });
      await call(client);
      const stream = (await client.call(file)) as unknown as AsyncIterable<Uint8Array>;
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      assert.match(Buffer.concat(chunks).toString(), /thing/);
      assert.equal(server.requests.length, 3);
      await server.close();
    },
  },
  {
    id: 'F132',
    what: 'a second answer lies on a kept connection while the process is busy: neither a read nor a safe write takes it',
    alone: true,
    run: async (bench) => {
      const { tokens } = connect(bench);
      for (const send of [call, safeWrite, write]) {
        const server = await startRaw(({ socket, number }) => {
          const answer = rawAnswer(200, `{"data":${number}}`);
          socket.write(answer);
          if (number === 0) setTimeout(() => socket.write(answer), 30);
        });
        const client = connect(server, { tokens });
        await call(client);
        block(120);
        assert.deepEqual(await send(client), { data: 1 }, send.name);
        assert.equal(server.requests.length, 2, send.name);
        await server.close();
      }
    },
  },
];

/** Limits of the call and of its attempt that a clock was asked for, over a connection that is there. */
const limits = async (
  bench: Bench,
  send: (client: ReturnType<typeof connect>, options: object) => Promise<unknown>,
  options: object,
): Promise<string> => {
  const clock = listeningClock();
  const client = connect(bench, { clock, tokens: connect(bench).tokens, rateLimit: false });
  await call(client);
  clock.asked.length = 0;
  await send(client, options);
  return clock.asked.map((ms) => Math.round(ms)).join(' ');
};

/** A server that closes a connection so many milliseconds after its answer, without a word before. */
const closingIdle = (ms: number): Promise<RawServer> => {
  const timers = new WeakMap<Socket, NodeJS.Timeout>();
  return startRaw(({ socket }) => {
    clearTimeout(timers.get(socket));
    socket.write(rawAnswer(200));
    const timer = setTimeout(() => socket.end(), ms);
    timers.set(socket, timer);
  });
};

const token = (number: number): string =>
  JSON.stringify({ access_token: `token-${number}`, token_type: 'Bearer', expires_in: 900 });

const bodies = ({ requests }: RawServer): unknown[] =>
  requests
    .filter(({ body }) => body !== '')
    .map(({ body }) => (JSON.parse(body) as { readonly name: unknown }).name);

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Keeps the process busy: nothing that comes is seen meanwhile. */
const block = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
