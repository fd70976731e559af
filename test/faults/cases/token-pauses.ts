import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticationError, type TokenError } from '@criteo-sdk/retailmedia';
import { type Connect, hammer, SCENARIOS } from '../../hammer/scenarios.ts';
import { type Case, call, connect, failure, seen, status, times } from '../bench.ts';
import type { Fault } from '../misbehave.ts';
import { withProcesses } from '../processes.ts';

/** What failed is remembered: the token endpoint is asked again after a pause, not by every call. */
export const TOKEN_PAUSES: readonly Case[] = [
  {
    id: 'F191',
    what: '100 calls a second for 8 s while the token endpoint answers 429 or 503 with Retry-After: 30: one token request',
    run: () => hammered(/Retry-After/),
  },
  {
    id: 'F192',
    what: '100 calls a second for 8 s with a wrong secret: four token requests at most',
    run: () => hammered(/secret/),
  },
  {
    id: 'F193',
    what: '100 calls a second for 8 s while the token endpoint answers 500: twelve token requests at most',
    run: () => hammered(/^500/),
  },
  {
    id: 'F194',
    what: '100 calls a second for 8 s of operations of which one or all answer 401: two token requests, and nobody else loses the token',
    run: () => hammered(/always answers 401/),
  },
  {
    id: 'F195',
    what: '40,000 calls that wait for one token take at most five times as long as 10,000',
    alone: true,
    run: async (bench) => {
      await bench.script({ token: times(40, { kind: 'ok', delayMs: 300 }) });
      // In a process of its own, whose heap is young: what the collector does to that of a long run is not measured.
      const through = ['env', 'NODE_OPTIONS=--max-semi-space-size=128'];
      const ratio = await withProcesses(async (start) => {
        const ratioFrom = start('crowd', [bench.url], through);
        return Number(await ratioFrom.heard());
      });
      assert.ok(ratio <= 5, `${ratio} times as long`);
      return `${ratio.toFixed(1)} times as long`;
    },
  },
  {
    id: 'F203',
    what: '100 calls a second for 8 s, each with a client of its own made by `forSubject`: as many token requests as with one client',
    run: () => hammered(/each call/),
  },
  {
    id: 'F205',
    what: '100 calls a second for 8 s of an operation that answers 401 and 200 in turn, or of a thousand that answer 401 between good ones: six token requests',
    run: () => hammered(/in turn|thousand/),
  },
  {
    id: 'F207',
    what: 'fifty users of an app whose token endpoint answers 429 with Retry-After: 2: after each wait one request a second tries whether it is over',
    run: async (bench) => {
      const busy: Fault = { kind: 'status', status: 429, headers: { 'retry-after': '2' } };
      await bench.script({ token: times(999, busy) });
      const app = connect(bench);
      const ask = (user: number): Promise<unknown> => {
        const grant = { type: 'refresh_token', refreshToken: `first-${user}` } as const;
        return failure(app.forSubject(`user-${user}`, grant).tokens.get({ withinMs: 7_000 }));
      };
      await Promise.all(Array.from({ length: 50 }, (_, user) => ask(user)));
      const { token } = await bench.counts();
      assert.ok(token.length <= 50 + 7, `${token.length} token requests`);
      return `${token.length} token requests`;
    },
  },
  {
    id: 'F196',
    what: 'the token endpoint fails, and is back: calls that can wait wait out the pause and succeed; others fail at once, and say how long it is',
    run: async (bench) => {
      await bench.script({ token: times(3, status(500)) });
      const client = connect(bench);
      const first = (await failure(call(client))) as TokenError;
      assert.deepEqual([first.status, first.retryable], [500, true]);
      const startedAt = performance.now();
      const hasty = (await failure(call(client, { timeoutMs: 200 }))) as TokenError;
      assert.ok(performance.now() - startedAt < 150, 'it failed at once');
      const left = hasty.retryAfterMs ?? 0;
      assert.ok(left > 0 && left <= (first.retryAfterMs ?? 0), `${left} ms`);
      await call(client);
      await seen(bench, { token: 4, api: 1 });
    },
  },
  {
    id: 'F197',
    what: 'a secret that is refused and replaced: the new one is sent within a second, by the next call; the old one is not',
    run: async (bench) => {
      const refusal: Fault = { kind: 'status', status: 401, body: { error: 'invalid_client' } };
      await bench.script({ token: [refusal] });
      let clientSecret = 'the old secret';
      const { clientSecret: _, ...options } = { clientSecret: () => clientSecret };
      const client = connect(bench, { ...options, clientSecret: () => clientSecret });
      const error = (await failure(call(client))) as TokenError;
      assert.ok((error.retryAfterMs ?? 0) >= 1_000);
      clientSecret = 'the new secret';
      await sleep(1_200);
      await call(client);
      await seen(bench, { token: 2, api: 1 });
    },
  },
  {
    id: 'F198',
    what: 'a token that is refused and comes again: two requests, and the error says that it is the same',
    run: async (bench) => {
      const same: Fault = { kind: 'set-fields', fields: { access_token: 'the-same-token' } };
      await bench.script({ token: times(9, same), api: times(9, status(401)) });
      const client = connect(bench);
      const first = await failure(call(client));
      assert.ok(first instanceof AuthenticationError);
      assert.match(first.hint ?? '', /same token came again/);
      await seen(bench, { token: 2, api: 1 });
      const next = await failure(call(client));
      assert.match(next.hint ?? '', /a moment ago/);
      await seen(bench, { token: 2, api: 2 });
    },
  },
  {
    id: 'F199',
    what: 'a token that is renewed ahead of its end by an endpoint that fails: the calls use it, and the endpoint is asked as rarely',
    run: async (bench) => {
      await bench.script({ life: { announcedS: 12, realMs: 12_000 } });
      const client = connect(bench);
      await call(client);
      await bench.script({
        token: times(99, status(500)),
        life: { announcedS: 12, realMs: 12_000 },
      });
      const endsAt = performance.now() + 10_500;
      while (performance.now() < endsAt) {
        await call(client);
        await sleep(10);
      }
      const { token } = await bench.counts();
      assert.ok(token.length > 1 && token.length <= 1 + 6, `${token.length} token requests`);
    },
  },
];

const hammered = async (names: RegExp): Promise<string> => {
  const chosen = SCENARIOS.filter(({ name }) => names.test(name));
  const counts = await Promise.all(
    chosen.map(async (scenario) => {
      const { good, tokenRequests } = await hammer(scenario, hammering);
      const { most, name, paths, refused = [] } = scenario;
      assert.ok(tokenRequests <= most, `${name}: ${tokenRequests} token requests`);
      const served = refused.length === 0 ? [] : paths.filter((path) => !refused.includes(path));
      for (const path of served) assert.ok(good[path], `${name}: no call of ${path} succeeded`);
      return tokenRequests;
    }),
  );
  return `token requests: ${counts.join(', ')}`;
};

const hammering: Connect = ({ clientSecret, isEach, isUsers, url }) => {
  const grant = { type: 'refresh_token', refreshToken: 'first' } as const;
  const client = connect({ url }, { clientSecret, ...(isUsers && { grant }) });
  return {
    call: async (path) => {
      const one = isEach ? client.forSubject('user', grant) : client;
      return one.request({ method: 'GET', path }, { timeoutMs: 3_000 });
    },
    close: () => client.close(),
  };
};
