import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientOptions, Grant } from '@criteo-sdk/core';
import { createClient as createMarketing } from '@criteo-sdk/marketing/v1';
import {
  memoryStore,
  ReauthRequiredError,
  ResponseError,
  SdkError,
  type SdkEvent,
  TimeoutError,
  TokenError,
  type TokenRecord,
  type TokenStore,
} from '@criteo-sdk/retailmedia';
import { createClient, type Groups } from '@criteo-sdk/retailmedia/2022-10';
import { leaks, sinks } from '../../packages/core/test/canary.ts';
import type { Counts, Fault, Script } from './server.ts';

/** One fault, and what must be seen. It throws if it is not. */
export interface Case {
  readonly id: string;
  readonly what: string;
  run(bench: Bench): Promise<void>;
}

export interface Bench {
  readonly url: string;
  script(script: Script): Promise<void>;
  counts(): Promise<Counts>;
}

const SECRET = 'canary+secret/1==';
const CODE: Grant = {
  type: 'authorization_code',
  code: 'the-code',
  redirectUri: 'https://app.example/back',
};
const REFRESH: Grant = { type: 'refresh_token', refreshToken: 'refresh-0' };

const connect = ({ url }: Bench, options: Partial<ClientOptions<Grant>> = {}): Client<Groups> =>
  createClient({
    clientId: 'id',
    clientSecret: SECRET,
    baseUrl: url,
    allowLoopbackHttp: true,
    logLevel: 'off',
    ...options,
  });

const call = (client: Client<Groups>, options: { timeoutMs?: number } = {}): Promise<unknown> =>
  client.gateway.getCurrentApplication({}, options);

const failure = async (work: Promise<unknown>): Promise<SdkError> => {
  const error = await work.then(
    () => assert.fail('the call should fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SdkError, `not an error of ours: ${String(error)}`);
  return error;
};

/** Fails with these faults at the token endpoint, and gives the error. */
const failing = async (
  bench: Bench,
  token: readonly Fault[],
  options: Partial<ClientOptions<Grant>> = {},
): Promise<SdkError> => {
  await bench.script({ token });
  const client = connect(bench, options);
  try {
    return await failure(call(client));
  } finally {
    client.close();
  }
};

const succeeding = async (
  bench: Bench,
  token: readonly Fault[],
  options: Partial<ClientOptions<Grant>> = {},
): Promise<SdkEvent[]> => {
  const events: SdkEvent[] = [];
  await bench.script({ token });
  const client = connect(bench, { observe: (event) => events.push(event), ...options });
  await call(client);
  client.close();
  return events;
};

const tokenCalls = async (bench: Bench, expected: number): Promise<void> =>
  assert.equal((await bench.counts()).token.length, expected, 'token calls');

// That its version has ended is told of each client, and has nothing to do with a fault.
const warned = (events: readonly SdkEvent[]): number =>
  events.filter((event) => event.type === 'warning' && !/ ended (?:on|in) /.test(event.message))
    .length;

const refused: Fault = {
  kind: 'status',
  status: 400,
  body: { error: 'invalid_grant', error_description: 'Used already.' },
};

export const CASES: readonly Case[] = [
  {
    id: 'F07',
    what: '400 invalid_client: one token call, final, hint on the credentials, no secret',
    run: async (bench) => {
      const error = await failing(bench, [
        { kind: 'status', status: 400, body: { error: 'invalid_client' } },
      ]);
      assert.ok(error instanceof TokenError && error.code === 'invalid_client');
      assert.equal(error.retryable, false);
      assert.match(error.hint ?? '', /clientId and clientSecret/);
      assert.deepEqual(leaks(sinks(error, []), [SECRET]), []);
      await tokenCalls(bench, 1);
    },
  },
  {
    id: 'F08',
    what: 'the secret is echoed: not in any sink, no escape sequence',
    run: async (bench) => {
      const log: string[] = [];
      const write = (message: string): number => log.push(message);
      const error = await failing(bench, [{ kind: 'echo-secret' }], {
        logger: { debug: write, warn: write },
        logLevel: 'debug',
      });
      assert.deepEqual(leaks(sinks(error, log), [SECRET]), []);
      assert.doesNotMatch(error.message, /\p{Cc}/u);
      assert.match(error.message, /\[redacted\]/);
    },
  },
  {
    id: 'F09',
    what: 'HTML with 200: an error of its own, not kept',
    run: async (bench) => {
      const error = await failing(bench, [
        { kind: 'body', text: '<html>sign in</html>', type: 'text/html' },
      ]);
      assert.ok(error instanceof TokenError && error.reason === 'content-type');
      assert.doesNotMatch(error.message, /sign in/);
      await tokenCalls(bench, 1);
      await succeeding(bench, []);
    },
  },
  {
    id: 'F10',
    what: 'JSON called text/plain: silently where it is declared, with a warning elsewhere; text/html never',
    run: async (bench) => {
      assert.equal(
        warned(await succeeding(bench, [{ kind: 'content-type', type: 'text/plain' }])),
        0,
      );
      const events: SdkEvent[] = [];
      // Below /marketing the server sees an API call; its answer is a token all the same.
      await bench.script({
        api: [{ kind: 'body', text: '{"access_token":"t","expires_in":300}', type: 'text/plain' }],
      });
      await createMarketing({
        clientId: 'id',
        clientSecret: SECRET,
        baseUrl: bench.url,
        allowLoopbackHttp: true,
        logLevel: 'off',
        observe: (event) => events.push(event),
      }).tokens.get();
      assert.equal(warned(events), 1);
      assert.ok(
        (await failing(bench, [{ kind: 'content-type', type: 'text/html' }])) instanceof TokenError,
      );
    },
  },
  {
    id: 'F11',
    what: 'half of it, nothing, null: asked again at most twice; a byte order mark is fine',
    run: async (bench) => {
      for (const fault of [
        { kind: 'truncated-json' },
        { kind: 'empty-200' },
        { kind: 'body', text: 'null' },
      ] as const) {
        const before = (await bench.counts()).token.length;
        await succeeding(bench, [fault, fault]);
        await tokenCalls(bench, before + 3);
        assert.ok((await failing(bench, [fault, fault, fault])) instanceof TokenError);
        await tokenCalls(bench, before + 6);
      }
      await succeeding(bench, [
        { kind: 'body', text: '\ufeff{"access_token":"t","expires_in":900}' },
      ]);
    },
  },
  {
    id: 'F12',
    what: 'expires_in "3": taken as 3',
    run: async (bench) => {
      await bench.script({ token: [{ kind: 'set-fields', fields: { expires_in: '3' } }] });
      const token = await connect(bench).tokens.get();
      assert.ok(Math.abs(token.expiresAt.getTime() - Date.now() - 3_000) < 1_000);
    },
  },
  {
    id: 'F13',
    what: 'expires_in absent: the documented life, with a warning; senseless ones are errors',
    run: async (bench) => {
      assert.equal(
        warned(await succeeding(bench, [{ kind: 'drop-field', field: 'expires_in' }])),
        1,
      );
      for (const expires_in of [-1, 0, 'abc', null]) {
        const error = await failing(bench, [{ kind: 'set-fields', fields: { expires_in } }]);
        assert.ok(error instanceof TokenError && error.reason === 'unusable', String(expires_in));
      }
      await succeeding(bench, []);
    },
  },
  {
    id: 'F14',
    what: 'expires_in 1e12: one day, with a warning',
    run: async (bench) =>
      assert.equal(
        warned(await succeeding(bench, [{ kind: 'set-fields', fields: { expires_in: 1e12 } }])),
        1,
      ),
  },
  {
    id: 'F15',
    what: 'no access_token: an error, never "Bearer undefined"',
    run: async (bench) => {
      assert.ok(
        (await failing(bench, [{ kind: 'drop-field', field: 'access_token' }])) instanceof
          TokenError,
      );
      assert.equal((await bench.counts()).api.length, 0);
    },
  },
  {
    id: 'F16',
    what: 'token_type mac is refused; absent and bearer are fine',
    run: async (bench) => {
      assert.ok(
        (await failing(bench, [{ kind: 'set-fields', fields: { token_type: 'mac' } }])) instanceof
          TokenError,
      );
      await succeeding(bench, [{ kind: 'drop-field', field: 'token_type' }]);
      await succeeding(bench, [{ kind: 'set-fields', fields: { token_type: 'bearer' } }]);
    },
  },
  {
    id: 'F17',
    what: 'a token with CR LF, a blank, beyond ASCII or of 20 kB: refused before any header',
    run: async (bench) => {
      for (const access_token of ['a\r\nX-Evil: 1', 'a b', 'ä', 'a'.repeat(20_000)]) {
        assert.ok(
          (await failing(bench, [{ kind: 'set-fields', fields: { access_token } }])) instanceof
            TokenError,
        );
      }
      assert.equal((await bench.counts()).api.length, 0);
    },
  },
  {
    id: 'F18',
    what: 'redirects of token endpoint and API: errors; the thief sees nothing',
    run: async (bench) => {
      for (const status of [301, 302, 303, 307, 308]) {
        assert.ok((await failing(bench, [{ kind: 'redirect', status }])) instanceof TokenError);
        await bench.script({ api: [{ kind: 'redirect', status }] });
        const error = await failure(call(connect(bench)));
        assert.ok(error instanceof ResponseError && error.reason === 'redirected');
      }
      assert.equal((await bench.counts()).thief, 0);
    },
  },
  {
    id: 'F19',
    what: 'a token endpoint that hangs or trickles: an error at the limit, the socket gone',
    run: async (bench) => {
      for (const kind of ['hang', 'slow-headers', 'slow-body'] as const) {
        await bench.script({ token: [{ kind }] });
        const { open } = await bench.counts();
        const client = connect(bench);
        const startedAt = performance.now();
        const error = await failure(call(client, { timeoutMs: 300 }));
        const tookMs = performance.now() - startedAt;
        assert.ok(error instanceof TimeoutError && error.limitMs === 300, kind);
        assert.ok(tookMs >= 300 && tookMs < 500, `${kind} took ${tookMs} ms`);
        await sleep(100);
        assert.ok((await bench.counts()).open <= open, `${kind} leaves a socket`);
        client.close();
      }
    },
  },
  {
    id: 'F20',
    what: 'a gzip bomb and an endless body: refused without being held',
    run: async (bench) => {
      for (const kind of ['gzip-bomb', 'endless-body'] as const) {
        globalThis.gc?.();
        const before = process.memoryUsage().rss;
        const error = await failing(bench, [{ kind }]);
        assert.ok(error instanceof TokenError && error.reason === 'too-large', kind);
        const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
        assert.ok(grown < 64, `${kind}: ${Math.round(grown)} MiB more`);
      }
    },
  },
  {
    id: 'F21',
    what: 'the answer to client_credentials is lost: asked again, the call succeeds',
    run: async (bench) => {
      await succeeding(bench, [{ kind: 'lost-response' }]);
      await tokenCalls(bench, 2);
    },
  },
  {
    id: 'F22',
    what: 'the answer to a rotating refresh is lost: one repeat, then a new consent; the store keeps the last pair',
    run: async (bench) => {
      const store = memoryStore();
      const last: TokenRecord = {
        value: 'old',
        refreshToken: 'refresh-0',
        obtainedAt: 0,
        expiresAt: 1,
      };
      const key = await keyOf(bench, store, last);
      const error = await failing(bench, [{ kind: 'lost-response' }, refused], {
        grant: REFRESH,
        store,
        subject: 'user',
      });
      assert.ok(error instanceof ReauthRequiredError);
      assert.match(error.message, /answer to an earlier refresh was lost/);
      await tokenCalls(bench, 2);
      assert.deepEqual((await store.load(key))?.record, last);
    },
  },
  {
    id: 'F23',
    what: 'the answer to a code is lost: the code is not sent again, the error says to start anew',
    run: async (bench) => {
      await bench.script({ token: [{ kind: 'lost-response' }] });
      const client = connect(bench, { grant: CODE });
      const error = await failure(call(client));
      assert.ok(error instanceof ReauthRequiredError);
      assert.match(error.hint ?? '', /consent again/);
      await sleep(1_100);
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      await tokenCalls(bench, 1);
    },
  },
  {
    id: 'F24',
    what: 'a refresh without a new refresh token: the old one is kept',
    run: async (bench) => {
      await bench.script({
        token: [
          { kind: 'set-fields', fields: { refresh_token: undefined } },
          { kind: 'drop-field', field: 'refresh_token' },
        ],
      });
      const client = connect(bench, { grant: REFRESH });
      client.tokens.invalidate((await client.tokens.get()).value);
      client.tokens.invalidate((await client.tokens.get()).value);
      await client.tokens.get();
      assert.deepEqual(
        (await bench.counts()).token.map(({ refreshToken }) => refreshToken),
        ['refresh-0', 'refresh-1', 'refresh-1'],
      );
    },
  },
  {
    id: 'F25',
    what: 'a new refresh token is stored before the API call goes out',
    run: async (bench) => {
      const store = memoryStore();
      let apiCallsWhenSaved = -1;
      const watched: TokenStore = {
        load: store.load,
        save: async (...args) => {
          apiCallsWhenSaved = (await bench.counts()).api.length;
          return store.save(...args);
        },
      };
      await succeeding(bench, [], { grant: REFRESH, store: watched, subject: 'user' });
      assert.equal(apiCallsWhenSaved, 0);
      assert.equal((await bench.counts()).api.length, 1);
    },
  },
  {
    id: 'F26',
    what: 'a refresh token is refused, the store has a newer one: it is used, no error',
    run: async (bench) => {
      const store = memoryStore();
      const key = await keyOf(bench, store, {
        value: 'old',
        refreshToken: 'refresh-0',
        obtainedAt: 0,
        expiresAt: 1,
      });
      let loads = 0;
      const racing: TokenStore = {
        save: store.save,
        load: async (name) => {
          loads += 1;
          // Another process renews between our first look and the refusal.
          if (loads === 2)
            await store.save(
              key,
              {
                value: 'newer',
                refreshToken: 'refresh-9',
                obtainedAt: Date.now(),
                expiresAt: Date.now() + 900_000,
              },
              { expectedVersion: (await store.load(key))?.version, ttlMs: undefined },
            );
          return store.load(name);
        },
      };
      await succeeding(bench, [refused], { grant: REFRESH, store: racing, subject: 'user' });
      const { api, token } = await bench.counts();
      assert.deepEqual([token.length, api[0]?.authorization], [1, 'Bearer newer']);
    },
  },
  {
    id: 'F27',
    what: 'a refresh token is refused, nothing newer: a new consent; it is not sent again',
    run: async (bench) => {
      await bench.script({ token: [refused, refused] });
      const client = connect(bench, { grant: REFRESH });
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      await sleep(1_100);
      assert.ok((await failure(call(client))) instanceof ReauthRequiredError);
      await tokenCalls(bench, 1);
    },
  },
];

/** Puts a record into a store under the key that a client of this bench uses. */
const keyOf = async ({ url }: Bench, store: TokenStore, record: TokenRecord): Promise<string> => {
  const key = [url, 'id', 'user', 'user'].map(encodeURIComponent).join(' ');
  assert.ok(await store.save(key, record, { expectedVersion: undefined, ttlMs: undefined }));
  return key;
};
