import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryStore, TokenError } from '@criteo-sdk/retailmedia';
import { type Bench, type Case, call, connect, failure, REFRESH, seen, times } from '../bench.ts';
import { unhandled } from '../unhandled.ts';

/** Many callers at once, and callers that leave. */
export const CONCURRENCY: readonly Case[] = [
  {
    id: 'F59',
    what: '1,000 calls on a cold client: one token request',
    run: async (bench) => {
      const client = connect(bench);
      await Promise.all(times(1_000, client).map((one) => call(one)));
      await seen(bench, { token: 1, api: 1_000 });
      assert.equal((await bench.counts()).mostToken, 1);
    },
  },
  {
    id: 'F60',
    what: '1,000 calls whose one token request fails: all get the same cause; the next call after the pause tries again',
    run: async (bench) => {
      const body = { error: 'invalid_client' };
      await bench.script({ token: [{ kind: 'status', status: 400, body, delayMs: 100 }] });
      const client = connect(bench);
      const ends = await Promise.allSettled(times(1_000, client).map((one) => call(one)));
      const reasons = ends.map((end): unknown => (end.status === 'rejected' ? end.reason : end));
      assert.ok(
        reasons.every((one) => one instanceof TokenError && one.outcome === 'not-sent'),
        'each says that its own call was not sent',
      );
      assert.equal(new Set(reasons.map((one) => (one as TokenError).cause)).size, 1);
      await seen(bench, { token: 1, api: 0 });
      const { retryAfterMs = 0 } = (await failure(call(client))) as TokenError;
      await seen(bench, { token: 1 });
      await sleep(retryAfterMs);
      await call(client);
      await seen(bench, { token: 2, api: 1 });
    },
  },
  {
    id: 'F61',
    what: 'the first of ten callers leaves: it alone is let go, at once; one token request',
    run: async (bench) => {
      await bench.script({ token: [{ kind: 'ok', delayMs: 400 }] });
      const client = connect(bench);
      const leaving = new AbortController();
      const first = client.gateway.getCurrentApplication({}, { signal: leaving.signal });
      const others = Promise.all(times(9, client).map((one) => call(one)));
      await sleep(100);
      const leftAt = performance.now();
      leaving.abort(new Error('changed my mind'));
      await assert.rejects(Promise.resolve(first), /changed my mind/);
      const tookMs = performance.now() - leftAt;
      // 10 ms and what a busy machine adds; the token is 300 ms away.
      assert.ok(tookMs < 150, `took ${tookMs} ms`);
      await others;
      await seen(bench, { token: 1, api: 9 });
    },
  },
  {
    id: 'F62',
    what: 'all callers leave: the token request ends, and the next call makes a new one',
    run: async (bench) => {
      await bench.script({ token: [{ kind: 'ok', delayMs: 400 }] });
      const client = connect(bench);
      const leaving = new AbortController();
      const { signal } = leaving;
      const calls = times(5, client).map((one) => one.tokens.get({ signal }));
      await sleep(100);
      leaving.abort(new Error('changed my mind'));
      const ends = await Promise.allSettled(calls);
      assert.ok(ends.every(({ status }) => status === 'rejected'));
      await sleep(50);
      assert.equal((await bench.counts()).left, 1);
      assert.equal((await client.tokens.get()).value, 'token-2');
      await seen(bench, { token: 2, api: 0 });
    },
  },
  {
    id: 'F63',
    what: 'a token is refused while a request brings it again: it is not kept',
    run: async (bench) => {
      const again = { kind: 'set-fields', fields: { access_token: 'refused' } } as const;
      await bench.script({ token: [{ ...again, delayMs: 200 }] });
      const { tokens } = connect(bench);
      const flying = tokens.get();
      await sleep(100);
      tokens.invalidate('refused');
      await flying;
      assert.equal((await tokens.get()).value, 'token-2');
      await seen(bench, { token: 2 });
    },
  },
  {
    id: 'F64',
    what: '100 calls a second with tokens that live 3 s: no failure, a token request every 1.4 s at most',
    alone: true,
    run: (bench) => load(bench, { seconds: bench.isLong ? 60 : 10, everyMs: 10 }),
  },
  {
    id: 'F65',
    what: 'clients that differ in secret, id, user or host: none gets the token of another',
    run: async (bench) => {
      const store = memoryStore();
      const other = { url: bench.url.replace('127.0.0.1', 'localhost') };
      const user = { grant: REFRESH, store };
      const clients = [
        connect(bench),
        connect(bench, { clientSecret: 'another secret' }),
        connect(bench, { store }),
        connect(bench, { store, clientId: 'another' }),
        connect(bench, { ...user, subject: 'ann' }),
        connect(bench, { ...user, subject: 'bob' }),
        connect(other, { store }),
      ];
      const tokens = [];
      for (const client of clients) tokens.push((await client.tokens.get()).value);
      assert.equal(new Set(tokens).size, clients.length);
      await seen(bench, { token: clients.length });
    },
  },
  {
    id: 'F66',
    what: 'renewals that fail with nobody waiting, callers that have left: no unhandled rejection, over all cases',
    last: true,
    run: async (bench) => {
      const failed = { kind: 'status', status: 400, delayMs: 100 } as const;
      await bench.script({
        life: { announcedS: 3, realMs: 3_000 },
        token: [{ kind: 'ok' }, failed, failed],
      });
      const { tokens } = connect(bench);
      await tokens.get();
      await sleep(1_700);
      await tokens.get();
      await sleep(300);
      await seen(bench, { token: 2 });
      const signal = AbortSignal.timeout(50);
      await assert.rejects(connect(bench).tokens.get({ signal }));
      await sleep(200);
      assert.deepEqual(unhandled, []);
    },
  },
];

/** Calls at a steady rate; gives how long they took. */
const load = async (
  bench: Bench,
  { seconds, everyMs }: { readonly seconds: number; readonly everyMs: number },
): Promise<string> => {
  await bench.script({ life: { announcedS: 3, realMs: 3_000 } });
  const client = connect(bench);
  const tookMs: number[] = [];
  const calls: Promise<unknown>[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  while (performance.now() < endsAt) {
    const begunAt = performance.now();
    calls.push(call(client).then(() => tookMs.push(performance.now() - begunAt)));
    await sleep(Math.max(0, startedAt + calls.length * everyMs - performance.now()));
  }
  const ends = await Promise.allSettled(calls);
  const failures = ends.filter(({ status }) => status === 'rejected').length;
  const { refused, token } = await bench.counts();
  const p99 = tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? Number.NaN;
  const figures = `${calls.length} calls in ${seconds} s: ${failures} failed, ${refused} answered 401, ${token.length} token requests, p99 ${p99.toFixed(1)} ms`;
  assert.equal(failures, 0, figures);
  assert.ok(token.length <= seconds / 1.4 + 2, figures);
  return figures;
};
