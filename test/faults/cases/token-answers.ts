import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createMarketing } from '@criteo-sdk/marketing/v1';
import { ResponseError, type SdkEvent, TimeoutError, TokenError } from '@criteo-sdk/retailmedia';
import { leaks, sinks } from '../../../packages/core/test/canary.ts';
import { type Case, call, connect, failing, failure, SECRET, seen, succeeding } from '../bench.ts';

/** What a token endpoint may answer that is no good token. */
export const TOKEN_ANSWERS: readonly Case[] = [
  {
    id: 'F07',
    what: '400 invalid_client: one token call, final, hint on the credentials, no secret',
    run: async (bench) => {
      const error = await failing(bench, {
        token: [{ kind: 'status', status: 400, body: { error: 'invalid_client' } }],
      });
      assert.ok(error instanceof TokenError && error.code === 'invalid_client');
      assert.equal(error.retryable, false);
      assert.match(error.hint ?? '', /clientId and clientSecret/);
      assert.deepEqual(leaks(sinks(error, []), [SECRET]), []);
      await seen(bench, { token: 1 });
    },
  },
  {
    id: 'F08',
    what: 'the secret is echoed: not in any sink, no escape sequence',
    run: async (bench) => {
      const log: string[] = [];
      const write = (message: string): number => log.push(message);
      const error = await failing(
        bench,
        { token: [{ kind: 'echo-secret' }] },
        {
          logger: { debug: write, warn: write },
          logLevel: 'debug',
        },
      );
      assert.deepEqual(leaks(sinks(error, log), [SECRET]), []);
      assert.doesNotMatch(error.message, /\p{Cc}/u);
      assert.match(error.message, /\[redacted\]/);
    },
  },
  {
    id: 'F09',
    what: 'HTML with 200: an error of its own, not kept',
    run: async (bench) => {
      const error = await failing(bench, {
        token: [{ kind: 'body', text: '<html>sign in</html>', type: 'text/html' }],
      });
      assert.ok(error instanceof TokenError && error.reason === 'content-type');
      assert.doesNotMatch(error.message, /sign in/);
      await seen(bench, { token: 1 });
      await succeeding(bench, {});
    },
  },
  {
    id: 'F10',
    what: 'JSON called text/plain: silently where it is declared, with a warning elsewhere; text/html never',
    run: async (bench) => {
      assert.equal(
        warned(await succeeding(bench, { token: [{ kind: 'content-type', type: 'text/plain' }] })),
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
        (await failing(bench, { token: [{ kind: 'content-type', type: 'text/html' }] })) instanceof
          TokenError,
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
        await succeeding(bench, { token: [fault, fault] });
        await seen(bench, { token: before + 3 });
        assert.ok((await failing(bench, { token: [fault, fault, fault] })) instanceof TokenError);
        await seen(bench, { token: before + 6 });
      }
      await succeeding(bench, {
        token: [{ kind: 'body', text: '\ufeff{"access_token":"t","expires_in":900}' }],
      });
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
        warned(await succeeding(bench, { token: [{ kind: 'drop-field', field: 'expires_in' }] })),
        1,
      );
      for (const expires_in of [-1, 0, 'abc', null]) {
        const error = await failing(bench, {
          token: [{ kind: 'set-fields', fields: { expires_in } }],
        });
        assert.ok(error instanceof TokenError && error.reason === 'unusable', String(expires_in));
      }
      await succeeding(bench, {});
    },
  },
  {
    id: 'F14',
    what: 'expires_in 1e12: one day, with a warning',
    run: async (bench) =>
      assert.equal(
        warned(
          await succeeding(bench, {
            token: [{ kind: 'set-fields', fields: { expires_in: 1e12 } }],
          }),
        ),
        1,
      ),
  },
  {
    id: 'F15',
    what: 'no access_token: an error, never "Bearer undefined"',
    run: async (bench) => {
      assert.ok(
        (await failing(bench, {
          token: [{ kind: 'drop-field', field: 'access_token' }],
        })) instanceof TokenError,
      );
      assert.equal((await bench.counts()).api.length, 0);
    },
  },
  {
    id: 'F16',
    what: 'token_type mac is refused; absent and bearer are fine',
    run: async (bench) => {
      assert.ok(
        (await failing(bench, {
          token: [{ kind: 'set-fields', fields: { token_type: 'mac' } }],
        })) instanceof TokenError,
      );
      await succeeding(bench, { token: [{ kind: 'drop-field', field: 'token_type' }] });
      await succeeding(bench, {
        token: [{ kind: 'set-fields', fields: { token_type: 'bearer' } }],
      });
    },
  },
  {
    id: 'F17',
    what: 'a token with CR LF, a blank, beyond ASCII or of 20 kB: refused before any header',
    run: async (bench) => {
      for (const access_token of ['a\r\nX-Evil: 1', 'a b', 'ä', 'a'.repeat(20_000)]) {
        assert.ok(
          (await failing(bench, {
            token: [{ kind: 'set-fields', fields: { access_token } }],
          })) instanceof TokenError,
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
        assert.ok(
          (await failing(bench, { token: [{ kind: 'redirect', status }] })) instanceof TokenError,
        );
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
    alone: true,
    run: async (bench) => {
      for (const kind of ['hang', 'slow-headers', 'slow-body'] as const) {
        await bench.script({ token: [{ kind }] });
        const { open } = await bench.counts();
        const client = connect(bench);
        const startedAt = performance.now();
        const error = await failure(call(client, { timeoutMs: 300 }));
        const tookMs = performance.now() - startedAt;
        assert.ok(error instanceof TimeoutError && error.limitMs === 300, kind);
        // A timer may fire a millisecond early.
        assert.ok(tookMs >= 298 && tookMs < 500, `${kind} took ${tookMs} ms`);
        await sleep(100);
        assert.ok((await bench.counts()).open <= open, `${kind} leaves a socket`);
        client.close();
      }
    },
  },
  {
    id: 'F20',
    what: 'a gzip bomb and an endless body: refused without being held',
    alone: true,
    run: async (bench) => {
      for (const kind of ['gzip-bomb', 'endless-body'] as const) {
        globalThis.gc?.();
        const before = process.memoryUsage().rss;
        const error = await failing(bench, { token: [{ kind }] });
        assert.ok(error instanceof TokenError && error.reason === 'too-large', kind);
        const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
        assert.ok(grown < 64, `${kind}: ${Math.round(grown)} MiB more`);
      }
    },
  },
];

// That its version has ended is told of each client, and has nothing to do with a fault.
const warned = (events: readonly SdkEvent[]): number =>
  events.filter((event) => event.type === 'warning' && !/ ended (?:on|in) /.test(event.message))
    .length;
