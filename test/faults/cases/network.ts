import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, ResponseError } from '@criteo-sdk/retailmedia';
import { leaks, sinks } from '../../../packages/core/test/canary.ts';
import {
  type Bench,
  type Case,
  call,
  connect,
  failing,
  failure,
  SECRET,
  seen,
  succeeding,
  type TestClient,
  write,
} from '../bench.ts';
import { type Fault, json } from '../misbehave.ts';
import { listen, read, stop } from '../server.ts';

/** Connections that break, or never come about. */
export const NETWORK: readonly Case[] = [
  {
    id: 'F44',
    what: 'the connection is closed or reset before the answer: a read is repeated, a write is not',
    run: (bench) => broken(bench, ['lost-response', 'reset']),
  },
  {
    id: 'F45',
    what: 'the connection is closed or reset within the answer: a read is repeated, a write is not',
    run: (bench) => broken(bench, ['close-mid-body', 'reset-mid-body']),
  },
  {
    id: 'F46',
    what: 'nobody listens: a write is repeated too, and arrives once; the error names host and port only',
    run: async (bench) => {
      const { tokens } = connect(bench);
      const { port, url } = await freePort();
      const error = await failure(write(connect({ url }, { tokens, retry: { baseMs: 20 } })));
      assert.ok(error instanceof ConnectionError && error.code === 'ECONNREFUSED');
      assert.equal(error.attempts, 4);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.deepEqual(leaks(sinks(error, []), [SECRET, (await tokens.get()).value]), []);
      const late = write(connect({ url }, { tokens, retry: { baseMs: 300 } }));
      await sleep(100);
      const arrived = await counting(port);
      await late;
      await stop(arrived.server);
      assert.equal(arrived.count(), 1);
    },
  },
  {
    id: 'F47',
    what: 'the host name does not exist: a write is repeated too; the error names the host',
    run: async (bench) => {
      const { tokens } = connect(bench);
      const url = 'https://nowhere.invalid';
      const error = await failure(write(connect({ url }, { tokens, retry: { baseMs: 20 } })));
      assert.ok(
        error instanceof ConnectionError && /^(?:EAI_AGAIN|ENOTFOUND)$/.test(error.code ?? ''),
      );
      assert.equal(error.attempts, 4);
      assert.match(error.message, /nowhere\.invalid/);
    },
  },
  {
    id: 'F48',
    what: 'the server closes a kept connection after 50 ms, 100 reads come every 60 ms: none fails',
    run: async (bench) => {
      const { tokens } = connect(bench);
      const server = await closingAfter(50);
      const client = connect(server, { tokens });
      for (let i = 0; i < 100; i += 1) {
        await call(client);
        await sleep(60);
      }
      await stop(server.server);
      assert.ok(server.count() >= 100);
    },
  },
  {
    id: 'F50',
    what: 'proxies named in the environment: they see nothing',
    alone: true,
    run: async (bench) => {
      const proxy = await counting();
      const before = { ...process.env };
      for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'])
        for (const spelled of [name, name.toLowerCase()]) process.env[spelled] = proxy.url;
      for (const name of ['NO_PROXY', 'no_proxy']) delete process.env[name];
      try {
        await call(connect(bench));
      } finally {
        process.env = before;
        await stop(proxy.server);
      }
      await seen(bench, { token: 1, api: 1 });
      assert.equal(proxy.count(), 0);
    },
  },
  {
    id: 'F51',
    what: '3,000 headers: an error that says so, no crash',
    run: async (bench) => {
      const error = await failing(bench, { api: [{ kind: 'many-headers' }] });
      assert.ok(error instanceof ResponseError && error.reason === 'unreadable');
      assert.match(error.message, /headers are too large/);
      await seen(bench, { api: 1 });
    },
  },
  {
    id: 'F53',
    what: 'the server dies under six reads and comes back: all succeed, and pay for another time by calls that succeed',
    run: async (bench) => {
      const { tokens } = connect(bench);
      const { port, url } = await freePort();
      const options = { tokens, retry: { baseMs: 200 }, random: () => 0.5 };
      const client = connect({ url }, options);
      for (let outage = 0; outage < 4; outage += 1) {
        const server = await dyingOnce(port, client);
        // One repeat each has taken 30 of the 100 that a host has, and those that found nobody nothing; each call gives 1 back.
        for (let i = 0; i < 24; i += 1) await call(client);
        assert.equal(server.count(), 30);
        await stop(server.server);
        client.close();
      }
    },
  },
];

/** A read survives each of these; a write fails after one request, and says that it may have happened. */
const broken = async (
  bench: Bench,
  kinds: readonly ('close-mid-body' | 'lost-response' | 'reset' | 'reset-mid-body')[],
): Promise<void> => {
  for (const kind of kinds) {
    const before = (await bench.counts()).api.length;
    const faults: Fault[] = [{ kind }];
    await succeeding(bench, { api: faults });
    await seen(bench, { api: before + 2 }, `of a read, ${kind}`);
    await bench.script({ api: faults });
    const error = await failure(write(connect(bench)));
    assert.ok(error instanceof ConnectionError && error.attempts === 1, kind);
    assert.match(error.message, /look before you repeat it/);
    await seen(bench, { api: before + 3 }, `of a write, ${kind}`);
  }
};

/** Six reads are under way when the server dies; it is back before the third repeat, and takes all of them. */
const dyingOnce = async (port: number, client: TestClient): Promise<Counting> => {
  const dying = await listen(() => {}, { port });
  const ends = Promise.allSettled(Array.from({ length: 6 }, () => call(client)));
  await sleep(100);
  await stop(dying.server);
  await sleep(600);
  const back = await counting(port);
  for (const end of await ends) if (end.status === 'rejected') throw end.reason;
  return back;
};

type Counting = Awaited<ReturnType<typeof listen>> & { count(): number };

/** A server that answers well, and counts. */
const counting = async (port = 0): Promise<Counting> => {
  let count = 0;
  const listening = await listen(
    async (request, response) => {
      await read(request);
      count += 1;
      json(response, 200, { data: {} });
    },
    { port },
  );
  return { ...listening, count: () => count };
};

/** One that ends each connection so many milliseconds after its last answer, without a word before. */
const closingAfter = async (ms: number): Promise<Counting> => {
  const server = await counting();
  server.server.keepAliveTimeout = 0;
  server.server.on('connection', (socket) => socket.on('timeout', () => socket.destroy()));
  server.server.on('request', ({ socket }, response) => {
    socket.setTimeout(0);
    response.on('finish', () => socket.setTimeout(ms));
  });
  return server;
};

const freePort = async (): Promise<{ url: string; port: number }> => {
  const { port, server, url } = await listen(() => {});
  await stop(server);
  return { port, url };
};
