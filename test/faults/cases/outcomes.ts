import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  ConfigError,
  ConnectionError,
  memoryStore,
  ResponseError,
  TimeoutError,
  type TokenStore,
} from '@criteo-sdk/retailmedia';
import axios from 'axios';
import { selfSigned } from '../../../tools/spec/test/certificate.ts';
import {
  became,
  type Case,
  call,
  connect,
  failure,
  listeningClock,
  safeWrite,
  seen,
  status,
  times,
  write,
} from '../bench.ts';
import { startBlackHole } from '../black-hole.ts';
import { rawAnswer, startRaw } from '../raw-server.ts';
import { startRelay } from '../relay.ts';

/** What became of a call: whether its error knows, and whether it says that a write may have been processed. */
export const OUTCOMES: readonly Case[] = [
  {
    id: 'F101',
    what: 'a write answered with HTML, with half of its JSON, with an integer that is too large: nobody knows',
    run: async (bench) => {
      for (const text of ['<html>', '{"data":', '{"id":12345678901234567890}']) {
        const type = text.startsWith('<') ? 'text/html' : 'application/json';
        await bench.script({ api: times(2, { kind: 'body', text, type }) });
        const error = await failure(write(connect(bench)));
        assert.ok(error instanceof ResponseError && error.status === 200, text);
        became(error, { outcome: 'unknown' }, text);
        // A read changes nothing, whatever its answer looks like.
        became(await failure(call(connect(bench))), { outcome: 'answered' }, text);
      }
    },
  },
  {
    id: 'F102',
    what: 'a write answered 302 or 303: nobody knows; 301, 307 or 308: it was not processed',
    run: async (bench) => {
      for (const code of [301, 302, 303, 307, 308]) {
        await bench.script({ api: [{ kind: 'redirect', status: code }] });
        const outcome = code === 302 || code === 303 ? 'unknown' : 'answered';
        became(await failure(write(connect(bench))), { outcome }, String(code));
      }
      assert.equal((await bench.counts()).thief, 0);
    },
  },
  {
    id: 'F103',
    what: 'somebody puts bytes into TLS once a write was committed: one request, and nobody knows',
    alone: true,
    run: async (bench) => {
      const certified = selfSigned();
      const server = await startRaw(() => relay.inject('no record of TLS, but long enough'), {
        certified,
      });
      const relay = await startRelay(server.port, { scheme: 'https' });
      await trusting(certified.cert, async () => {
        const { tokens } = connect(bench);
        const error = await failure(write(connect(relay, { tokens })));
        assert.ok(error instanceof ConnectionError && error.code?.startsWith('ERR_SSL'));
        became(error, { outcome: 'unknown' });
      });
      assert.equal(server.requests.length, 1);
      await Promise.all([relay.close(), server.close()]);
    },
  },
  {
    id: 'F104',
    what: 'both addresses of a host take too long to connect to: not sent',
    run: async (bench) => {
      const late = (address: string): Error =>
        Object.assign(new Error(`connect ETIMEDOUT ${address}`), {
          code: 'ETIMEDOUT',
          syscall: 'connect',
        });
      const error = Object.assign(new AggregateError([late('::1'), late('127.0.0.1')]), {
        code: 'ETIMEDOUT',
      });
      const adapter = async (): Promise<never> => {
        throw error;
      };
      const { tokens } = connect(bench);
      const own = { axios: axios.create({ adapter }), tokens, retry: { limit: 0 } };
      became(await failure(write(connect(bench, own))), { outcome: 'not-sent', retryable: true });
      await seen(bench, { api: 0 });
    },
  },
  {
    id: 'F105',
    what: 'a TLS handshake that is cut: not sent, and a write is sent again',
    alone: true,
    run: async (bench) => {
      const certified = selfSigned();
      const server = await startRaw(({ socket }) => socket.write(rawAnswer(200)), { certified });
      const relay = await startRelay(server.port, { scheme: 'https', cutAfter: 200 });
      await trusting(certified.cert, async () => {
        const { tokens } = connect(bench);
        const client = connect(relay, { tokens, retry: { limit: 2, baseMs: 10 } });
        const error = await failure(write(client));
        assert.ok(error instanceof ConnectionError && error.attempts === 3);
        became(error, { outcome: 'not-sent', retryable: true });
      });
      assert.equal(relay.connections(), 3);
      assert.equal(server.requests.length, 0);
      await Promise.all([relay.close(), server.close()]);
    },
  },
  {
    id: 'F106',
    what: 'SYN packets that are dropped: an error at the limit of connecting, not sent',
    run: async (bench) => {
      const hole = await startBlackHole();
      const { tokens } = connect(bench);
      const limits = { connectTimeoutMs: 300, retry: { limit: 0 } };
      const error = await failure(write(connect(hole, { tokens, ...limits })));
      hole.close();
      assert.ok(error instanceof TimeoutError && error.limitMs === 300, error.message);
      became(error, { outcome: 'not-sent', retryable: true });
    },
  },
  {
    id: 'F107',
    what: 'a write behind 64 connections that are all busy: not sent, and the error says what it waited for',
    run: async (bench) => {
      const server = await startRaw(() => {});
      const { tokens } = connect(bench);
      const client = connect(server, { tokens, rateLimit: false });
      const leave = new AbortController();
      const busy = times(64, client).map((one) => call(one, { signal: leave.signal }));
      for (const one of busy) one.catch(() => {});
      const error = await failure(write(client, { timeoutMs: 500 }));
      assert.match(error.message, /no connection was free within 500 ms/);
      assert.ok(error instanceof TimeoutError && error.attempts === 0);
      became(error, { outcome: 'not-sent', retryable: true });
      leave.abort();
      assert.equal(server.requests.filter(({ head }) => head.startsWith('POST')).length, 0);
      await server.close();
    },
  },
  {
    id: 'F108',
    what: 'a write whose token request hangs: not sent, and the error names the token',
    run: async (bench) => {
      await bench.script({ token: times(9, { kind: 'hang' }) });
      const error = await failure(write(connect(bench), { timeoutMs: 400 }));
      assert.match(error.message, /POST \/things failed: no token came within 400 ms/);
      became(error, { outcome: 'not-sent', retryable: true });
      await seen(bench, { api: 0 });
    },
  },
  {
    id: 'F109',
    what: 'a write that waits for the lock of a process that has died: not sent, and the error names the lock',
    run: async (bench) => {
      const store: TokenStore = { ...memoryStore(), lock: () => new Promise(() => {}) };
      const error = await failure(write(connect(bench, { store }), { timeoutMs: 400 }));
      assert.match(error.message, /no token came, as the token store gave no lock within/);
      became(error, { outcome: 'not-sent', retryable: true });
      await seen(bench, { token: 0, api: 0 });
    },
  },
  {
    id: 'F110',
    what: '408 and each 5xx of a write, with and without Retry-After: one request, and nobody knows',
    run: async (bench) => {
      for (const code of [408, 500, 501, 502, 503, 504, 505, 507, 520]) {
        for (const headers of [{}, { 'retry-after': '0' }, { 'retry-after-ms': '1' }]) {
          const before = (await bench.counts()).api.length;
          await bench.script({ api: [status(code, headers as Record<string, string>)] });
          became(await failure(write(connect(bench))), { outcome: 'unknown' }, String(code));
          await seen(bench, { api: before + 1 }, String(code));
        }
      }
    },
  },
  {
    id: 'F111',
    what: 'a write that is marked as safe is repeated, but not later than 10 s after it was sent',
    run: async (bench) => {
      await bench.script({ api: [status(504), status(504)] });
      await safeWrite(connect(bench, { retry: { baseMs: 10 } }));
      await seen(bench, { api: 3 });
      // The pause that is asked for would be over after these seconds.
      await bench.script({ api: [status(504, { 'retry-after': '11' })] });
      const clock = listeningClock();
      became(await failure(safeWrite(connect(bench, { clock }))), { outcome: 'unknown' });
      await seen(bench, { api: 4 });
      assert.ok(!clock.asked.some((ms) => ms >= 11_000 && ms < 13_000));
    },
  },
  {
    id: 'F112',
    what: 'a write that is marked as safe waits behind the rate limit: it is not repeated once 10 s have passed',
    run: async (bench) => {
      await bench.script({ api: [status(504)] });
      let entered = 0;
      const movable = { ms: 0 };
      const clock = listeningClock();
      const late = { ...clock, monotonic: () => clock.monotonic() + movable.ms };
      const rateLimit = {
        enter: async () => {
          entered += 1;
          if (entered === 2) movable.ms = 11_000;
        },
        learn: () => {},
      };
      const error = await failure(
        safeWrite(connect(bench, { rateLimit, clock: late, retry: { baseMs: 10 } })),
      );
      assert.equal(error.status, 504);
      became(error, { outcome: 'unknown' });
      await seen(bench, { api: 1 });
    },
  },
  {
    id: 'F113',
    what: 'retry: { writes: false }: a write that is marked as safe is not repeated, a read by POST is',
    run: async (bench) => {
      const retry = { writes: false, baseMs: 10 };
      await bench.script({ api: [status(504)] });
      became(await failure(safeWrite(connect(bench, { retry }))), { outcome: 'unknown' });
      await seen(bench, { api: 1 });
      await bench.script({ api: [status(504)] });
      const read = { id: 'search', method: 'POST', path: '/search', read: true } as const;
      await connect(bench, { retry }).call(read);
      await seen(bench, { api: 3 });
    },
  },
  {
    id: 'F114',
    what: 'a write of which nobody knows, and a later answer that refuses it: still nobody knows',
    run: async (bench) => {
      await bench.script({ api: [{ kind: 'reset' }, status(400)] });
      const error = await failure(safeWrite(connect(bench, { retry: { baseMs: 10 } })));
      assert.equal(error.status, 400);
      became(error, { outcome: 'unknown' });
      const told: unknown = JSON.parse(JSON.stringify(error));
      assert.equal((told as { outcome?: unknown }).outcome, 'unknown');
    },
  },
  {
    id: 'F115',
    what: '401, 429 and 401 in turn: one new token for the whole call, and then the 401',
    run: async (bench) => {
      const client = connect(bench, { retry: { baseMs: 10 } });
      await bench.script({ api: [status(401), status(429), status(401), status(429)] });
      const error = await failure(write(client));
      assert.equal(error.status, 401);
      await seen(bench, { api: 3, token: 2 });
    },
  },
  {
    id: 'F116',
    what: 'tokens or a rate gate of your own that never answer: the time limit ends the call, which was not sent',
    run: async (bench) => {
      const never = (): Promise<never> => new Promise(() => {});
      const tokens = { get: never, invalidate: () => {} };
      const rateLimit = { enter: never, learn: () => {} };
      for (const [options, words] of [
        [{ tokens }, /no token came within 300 ms/],
        [{ rateLimit }, /the rate limit did not let it pass within 300 ms/],
      ] as const) {
        const ended = new AbortController();
        const hung = sleep(10_000, undefined, { signal: ended.signal });
        const sent = write(connect(bench, options), { timeoutMs: 300 });
        const error = await failure(Promise.race([sent, hung]));
        ended.abort();
        assert.match(error.message, words);
        became(error, { outcome: 'not-sent', retryable: true });
        const reason = new Error('no longer wanted');
        const signal = AbortSignal.abort(reason);
        assert.equal(await write(connect(bench, options), { signal }).catch((of) => of), reason);
      }
      await seen(bench, { api: 0 });
    },
  },
  {
    id: 'F117',
    what: 'tokens of your own that give none, or one that cannot be sent: an error that says so, and no request',
    run: async (bench) => {
      for (const given of [
        undefined,
        'token',
        {},
        { value: '' },
        { value: 'a\r\nx: 1' },
        { value: 'tökén' },
      ]) {
        const tokens = { get: async () => given as never, invalidate: () => {} };
        const error = await failure(write(connect(bench, { tokens })));
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /gave no token that can be sent/);
        became(error, { outcome: 'not-sent' });
      }
      assert.throws(() => connect(bench, { tokens: {} as never }), ConfigError);
      await seen(bench, { api: 0 });
    },
  },
];

/** While it works, this certificate is as good as those of the system. */
export const trusting = async (cert: string, work: () => Promise<unknown>): Promise<void> => {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, cert]);
  try {
    await work();
  } finally {
    setDefaultCACertificates(before);
  }
};
