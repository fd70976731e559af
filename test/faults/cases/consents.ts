import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Grant } from '@criteo-sdk/core';
import {
  memoryStore,
  ReauthRequiredError,
  type SdkEvent,
  type StoredToken,
  TokenError,
  type TokenRecord,
  type TokenStore,
} from '@criteo-sdk/retailmedia';
import {
  type Bench,
  type Case,
  call,
  connect,
  failure,
  keyOf,
  type Options,
  REFRESH,
  recordOf,
  seen,
  times,
} from '../bench.ts';

/** What must not cost a user's consent: stores that fail, answers that are lost, processes that are stopped. */
export const CONSENTS: readonly Case[] = [
  {
    id: 'F180',
    what: "a store that fails to load, or is too slow: no request for a user's token, and an error worth a retry; the first call after it is back gets one; an app gets its own",
    run: async (bench) => {
      for (const load of [broken, hanging]) {
        await bench.script({ rotates: true });
        const { token: before } = await bench.counts();
        const store = controlled(await storeWith(bench, 'refresh-0'));
        store.faults.load = load;
        const client = connect(bench, user(store));
        const error = await failure(call(client));
        assert.ok(error instanceof TokenError && !(error instanceof ReauthRequiredError));
        assert.deepEqual([error.retryable, error.outcome], [true, 'not-sent']);
        assert.match(error.message, /the token store failed to load/);
        await seen(bench, { token: before.length }, load.name);
        await call(connect(bench, { store }), { timeoutMs: 20_000 });
        await seen(bench, { token: before.length + 1 }, `${load.name}, of the app`);
        store.faults.load = undefined;
        await call(client);
        const { reused, token } = await bench.counts();
        assert.deepEqual([reused, token.length], [0, before.length + 2], load.name);
      }
    },
  },
  {
    id: 'F181',
    what: "a store that gives no lock: no request for a user's token, and an error worth a retry; a token in memory serves; an app gets its own",
    run: async (bench) => {
      await bench.script({ rotates: true });
      const store = controlled(await storeWith(bench, 'refresh-0'));
      const client = connect(bench, user(store));
      await call(client);
      store.faults.lock = broken;
      store.faults.load = broken;
      await call(client);
      store.faults.load = undefined;
      client.tokens.invalidate((await client.tokens.get()).value);
      const error = await failure(call(client));
      assert.ok(error instanceof TokenError && error.retryable);
      assert.match(error.message, /the token store gave no lock/);
      await seen(bench, { token: 1 });
      await call(connect(bench, { store }));
      await seen(bench, { token: 2 });
    },
  },
  {
    id: 'F182',
    what: 'a rotation that cannot be saved: it is served, with one warning; nobody else renews meanwhile; it is saved as soon as the store takes it',
    run: async (bench) => {
      await bench.script({ rotates: true });
      const shared = await storeWith(bench, 'refresh-0');
      const store = controlled(shared);
      const events: SdkEvent[] = [];
      store.faults.save = broken;
      const client = connect(bench, {
        ...user(store),
        observe: (event) => events.push(event),
      });
      await call(client);
      await call(client);
      const other = call(connect(bench, user(shared)));
      await sleep(1_500);
      await seen(bench, { token: 1, api: 2 });
      store.faults.save = undefined;
      await other;
      const { reused, token } = await bench.counts();
      assert.deepEqual([reused, token.length], [0, 1]);
      assert.deepEqual(warnings(events), [
        'The token store failed to save a new refresh token: it is in memory alone, and saved again until that works.',
      ]);
    },
  },
  {
    id: 'F183',
    what: 'a rotation that cannot be saved for longer than its token lives: renewed from memory, and the last one is saved',
    run: async (bench) => {
      await bench.script({ rotates: true, life: { announcedS: 3, realMs: 3_000 } });
      const shared = await storeWith(bench, 'refresh-0');
      const store = controlled(shared);
      store.faults.save = broken;
      const client = connect(bench, user(store));
      const endsAt = performance.now() + 5_000;
      while (performance.now() < endsAt) {
        await call(client);
        await sleep(100);
      }
      store.faults.save = undefined;
      const key = keyFor(bench);
      while ((await shared.load(key))?.record.refreshToken === 'refresh-0') await sleep(100);
      const { reused, token } = await bench.counts();
      assert.ok(token.length >= 3, `${token.length} token requests`);
      assert.equal(reused, 0);
      assert.equal((await shared.load(key))?.record.refreshToken, `refresh-${token.length}`);
    },
  },
  {
    id: 'F184',
    what: 'a save that is told as failed and lands later: it counts, and nothing is lost or sent twice',
    run: async (bench) => {
      await bench.script({ rotates: true });
      const shared = await storeWith(bench, 'refresh-0');
      const store = controlled(shared);
      store.faults.save = async (...args) => {
        await sleep(900);
        await shared.save(...args);
        throw new Error('nobody knows');
      };
      const client = connect(bench, user(store));
      await call(client);
      client.tokens.invalidate((await client.tokens.get()).value);
      await call(client);
      const key = keyFor(bench);
      const latest = async (): Promise<string | undefined> =>
        (await shared.load(key))?.record.refreshToken;
      for (let tries = 0; tries < 50 && (await latest()) !== 'refresh-2'; tries += 1)
        await sleep(100);
      assert.equal(await latest(), 'refresh-2');
      const { reused, token } = await bench.counts();
      assert.deepEqual([reused, token.length], [0, 2]);
    },
  },
  {
    id: 'F185',
    what: 'a refresh whose answer is of no use but for the next refresh token: that one is kept, in the store, too, and used next',
    run: async (bench) => {
      const useless = [{ expires_in: null }, { access_token: '' }, { token_type: 'mac' }];
      for (const fields of useless) {
        await bench.script({ rotates: true, token: [{ kind: 'set-fields', fields }] });
        const { token: before } = await bench.counts();
        const store = await storeWith(bench, 'refresh-0');
        const error = await failure(connect(bench, user(store)).tokens.get());
        assert.ok(error instanceof TokenError && error.retryable);
        assert.ok((error.retryAfterMs ?? 0) > 0);
        // Another process, after a restart.
        await call(connect(bench, user(store)));
        const { reused, token } = await bench.counts();
        const sent = token.slice(before.length).map(({ refreshToken }) => refreshToken);
        assert.deepEqual([reused, ...sent], [0, 'refresh-0', `refresh-${before.length + 1}`]);
      }
    },
  },
  {
    id: 'F186',
    what: 'a process that was stopped while another took over its lock and renews: it waits for what the other brings, and no consent is told lost',
    run: async (bench) => {
      await bench.script({ rotates: true });
      const shared = await storeWith(bench, 'refresh-0');
      // The other one holds the lock by now, and has sent the refresh token.
      const other = connect(bench, user(shared));
      const store = controlled(shared);
      let isHeld = false;
      store.faults.lock = async (...args) => {
        if (isHeld) return lockOf(shared)(...args);
        isHeld = true;
        return { fence: '1', isHeld: async () => !isLate, release: async () => {} };
      };
      let isLate = false;
      const client = connect(bench, user(store));
      let renewing: Promise<unknown> = Promise.resolve();
      store.faults.load = async (key) => {
        const stored = await shared.load(key);
        if (isHeld && !isLate) {
          isLate = true;
          renewing = call(other);
          await sleep(50);
        }
        return stored;
      };
      await Promise.all([call(client), renewing]);
      const { reused, token } = await bench.counts();
      assert.deepEqual([reused, token.length], [0, 1]);
    },
  },
  {
    id: 'F187',
    what: 'the answer to a refresh is lost: the store is read again; a newer token there is used, else the refresh token is sent once more',
    run: async (bench) => {
      for (const isNewer of [true, false]) {
        await bench.script({ token: [{ kind: 'lost-response' }] });
        const { token: before } = await bench.counts();
        const shared = await storeWith(bench, 'refresh-0');
        const store = controlled(shared);
        const { load, save } = store;
        const client = connect(bench, user({ load, save }));
        store.faults.load = async (key) => {
          const { length } = (await bench.counts()).token;
          if (isNewer && length > before.length) await renew(shared, key);
          return shared.load(key);
        };
        await call(client);
        await seen(bench, { token: before.length + (isNewer ? 1 : 2) }, `newer: ${isNewer}`);
      }
    },
  },
  {
    id: 'F188',
    what: 'the answers to a refresh are lost, or 500: two requests, an error worth a retry, never a lost consent',
    run: async (bench) => {
      for (const fault of [
        { kind: 'lost-response' },
        { kind: 'status', status: 500 },
        { kind: 'truncated-json' },
      ] as const) {
        await bench.script({ token: times(9, fault) });
        const { token: before } = await bench.counts();
        const error = await failure(connect(bench, { grant: REFRESH }).tokens.get());
        assert.ok(error instanceof TokenError && !(error instanceof ReauthRequiredError));
        assert.deepEqual([error.retryable, error.attempts], [true, 2], fault.kind);
        await seen(bench, { token: before.length + 2 }, fault.kind);
      }
    },
  },
  {
    id: 'F189',
    what: 'a new code, or a refresh token that nobody has used, beside a stored token that lives: the new consent counts; what was used before does not',
    run: async (bench) => {
      await bench.script({});
      const store = memoryStore();
      const asked = async (grant: Grant): Promise<(string | null)[]> => {
        const { token: before } = await bench.counts();
        await call(connect(bench, { grant, store, subject: 'user' }));
        const { token } = await bench.counts();
        return token.slice(before.length).map((one) => one.refreshToken ?? one.grant);
      };
      const code = { type: 'authorization_code', redirectUri: 'https://app.example/' } as const;
      assert.deepEqual(await asked({ ...code, code: 'one' }), ['authorization_code']);
      assert.deepEqual(await asked({ ...code, code: 'one' }), []);
      assert.deepEqual(await asked({ ...code, code: 'two' }), ['authorization_code']);
      assert.deepEqual(await asked({ ...code, code: 'one' }), []);
      assert.deepEqual(await asked({ type: 'refresh_token', refreshToken: 'of another' }), [
        'of another',
      ]);
      assert.deepEqual(await asked({ type: 'refresh_token', refreshToken: 'of another' }), []);
      assert.deepEqual(await asked({ type: 'refresh_token', refreshToken: 'refresh-3' }), []);
      assert.deepEqual(await asked({ type: 'refresh_token' }), []);
    },
  },
  {
    id: 'F190',
    what: "an app's token request that hangs for 5 s: once more over a fresh connection, with the 10 s that are left",
    run: async (bench) => {
      await bench.script({ token: [{ kind: 'hang' }, { kind: 'ok', delayMs: 6_000 }] });
      const client = connect(bench);
      await client.tokens.get();
      const { left, token } = await bench.counts();
      assert.deepEqual([token.length, left], [2, 1]);
      const gap = (token[1]?.at ?? 0) - (token[0]?.at ?? 0);
      assert.ok(gap >= 4_990, `the second after ${gap} ms`);
    },
  },
  {
    id: 'F204',
    what: 'a store of your own without a lock, and ten clients of one process that need a token at once: the refresh token is sent once',
    run: async (bench) => {
      await bench.script({ rotates: true });
      const { lock: _, ...store } = await storeWith(bench, 'refresh-0');
      await Promise.all(Array.from({ length: 10 }, () => call(connect(bench, user(store)))));
      const { reused, token } = await bench.counts();
      assert.deepEqual([reused, token.length], [0, 1]);
    },
  },
  {
    id: 'F206',
    what: 'a process that is stopped while its own function gives the secret, and taken over: it sends no refresh token that the other has used',
    run: async (bench) => {
      await bench.script({ rotates: true });
      const store = await storeWith(bench, 'refresh-0');
      let isTaken = false;
      const lock = async () => {
        isTaken = false;
        return { fence: '1', isHeld: async () => !isTaken, release: async () => {} };
      };
      const { clientSecret: _, ...options } = { ...user({ ...store, lock }), clientSecret: '' };
      let asked = 0;
      const clientSecret = async (): Promise<string> => {
        asked += 1;
        isTaken = true;
        await call(connect(bench, user(store)));
        return 'secret';
      };
      await call(connect(bench, { ...options, clientSecret }));
      const { reused, token } = await bench.counts();
      assert.deepEqual([asked, reused, token.length], [1, 0, 1]);
    },
  },
];

const broken = async (): Promise<never> => {
  throw new Error('the store is away');
};

const hanging = (): Promise<never> => new Promise(() => {});

type Faults = { [K in keyof TokenStore]?: TokenStore[K] | undefined };

/** A store some of whose functions a case replaces while it is in use. */
const controlled = (store: TokenStore): TokenStore & { readonly faults: Faults } => {
  const faults: Faults = {};
  return {
    faults,
    load: (...args) => (faults.load ?? store.load)(...args),
    save: (...args) => (faults.save ?? store.save)(...args),
    lock: (...args) => (faults.lock ?? lockOf(store))(...args),
  };
};

const lockOf = ({ lock }: TokenStore): NonNullable<TokenStore['lock']> =>
  lock ?? assert.fail('the store has no lock');

const user = (store: TokenStore): Options => ({
  grant: { type: 'refresh_token' },
  store,
  subject: 'user',
});

/** A store that has this refresh token of the user, and no token that lives. */
const storeWith = async (bench: Bench, refreshToken: string): Promise<TokenStore> => {
  const store = memoryStore();
  await keyOf(bench, store, { ...recordOf(0), refreshToken });
  return store;
};

const keyFor = ({ url }: Bench): string =>
  [url, 'id', 'user', 'user'].map(encodeURIComponent).join(' ');

/** What another process does: it stores a newer token. */
const renew = async (store: TokenStore, key: string): Promise<void> => {
  const stored: StoredToken | undefined = await store.load(key);
  const record: TokenRecord = { ...recordOf(Date.now()), value: 'newer', refreshToken: 'newer' };
  await store.save(key, record, { expectedVersion: stored?.version, ttlMs: undefined });
};

const warnings = (events: readonly SdkEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'warning' && event.message.startsWith('The token') ? [event.message] : [],
  );
