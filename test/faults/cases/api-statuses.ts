import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticationError, PermissionError } from '@criteo-sdk/retailmedia';
import {
  type Case,
  call,
  connect,
  failing,
  failure,
  gaps,
  listeningClock,
  seen,
  status,
  times,
  waited,
  write,
} from '../bench.ts';

/** Which statuses cost a new token or a repeat. */
export const API_STATUSES: readonly Case[] = [
  {
    id: 'F28',
    what: '401 before the token’s end: one new token, one repeat, and the call succeeds',
    run: async (bench) => {
      await bench.script({ life: { announcedS: 900, realMs: 300 } });
      const client = connect(bench);
      await call(client);
      await sleep(350);
      await call(client);
      await seen(bench, { token: 2, api: 3 });
      assert.equal((await bench.counts()).refused, 1);
    },
  },
  {
    id: 'F29',
    what: '401 always: two requests, one new token, an error; no third',
    run: async (bench) => {
      const error = await failing(bench, { api: times(9, status(401)) });
      assert.ok(error instanceof AuthenticationError);
      await seen(bench, { token: 2, api: 2 });
    },
  },
  {
    id: 'F30',
    what: '50 calls at once, all answered 401: one new token, 50 repeats',
    run: async (bench) => {
      await bench.script({ life: { announcedS: 900, realMs: 900_000 } });
      const client = connect(bench);
      await client.tokens.get();
      await bench.revoke();
      await Promise.all(times(50, client).map((one) => call(one)));
      await seen(bench, { token: 2, api: 100 });
    },
  },
  {
    id: 'F31',
    what: '401 that comes after another call has a new token already: no further one',
    run: async (bench) => {
      await bench.script({ api: [{ ...status(401), delayMs: 300 }, status(401)] });
      const client = connect(bench);
      await client.tokens.get();
      const late = call(client);
      await sleep(100);
      await call(client);
      await late;
      await seen(bench, { token: 2, api: 4 });
    },
  },
  {
    id: 'F32',
    what: '403: an error at once; no new token, no repeat',
    run: async (bench) => {
      const error = await failing(bench, { api: [status(403)] });
      assert.ok(error instanceof PermissionError);
      await seen(bench, { token: 1, api: 1 });
    },
  },
  {
    id: 'F33',
    what: '500, 502, 503, 504 and 408 of a read: four requests, with growing pauses',
    run: async (bench) => {
      for (const code of [500, 502, 503, 504, 408]) {
        const before = (await bench.counts()).api.length;
        const clock = listeningClock();
        const options = { retry: { baseMs: 100 }, random: () => 0, clock };
        const error = await failing(bench, { api: times(9, status(code)) }, options);
        assert.deepEqual([error.status, error.attempts], [code, 4]);
        await seen(bench, { api: before + 4 }, String(code));
        assert.deepEqual(clock.pauses(), [50, 100, 200]);
        const waits = gaps((await bench.counts()).api.slice(before));
        for (const [index, wait] of waits.entries()) waited(wait, 50 * 2 ** index, 50 * 2 ** index);
      }
    },
  },
  {
    id: 'F34',
    what: '500 of a write: one request and a warning to look first; four if it is marked as safe',
    run: async (bench) => {
      await bench.script({ api: [status(500)] });
      assert.match((await failure(write(connect(bench)))).message, /look before you repeat it/);
      await seen(bench, { api: 1 });
      await bench.script({ api: times(9, status(500)) });
      const marked = { id: 'search', method: 'POST', path: '/search', safeToRetry: true } as const;
      const error = await failure(
        Promise.resolve(connect(bench, { retry: { baseMs: 10 } }).call(marked)),
      );
      assert.equal(error.attempts, 4);
      await seen(bench, { api: 5 });
    },
  },
  {
    id: 'F35',
    what: '503 with Retry-After: 1 of a write: one request, and nobody knows what became of it',
    run: async (bench) => {
      await bench.script({ api: [status(503, { 'retry-after': '1' })] });
      const error = await failure(write(connect(bench)));
      assert.deepEqual([error.outcome, error.retryable], ['unknown', false]);
      assert.match(error.message, /may have been processed/);
      await seen(bench, { api: 1 });
    },
  },
  {
    id: 'F36',
    what: '400, 404, 409, 422, 501 and 505 of a read: one request',
    run: async (bench) => {
      for (const code of [400, 404, 409, 422, 501, 505]) {
        const before = (await bench.counts()).api.length;
        assert.equal((await failing(bench, { api: [status(code)] })).status, code);
        await seen(bench, { api: before + 1 }, String(code));
      }
    },
  },
];
