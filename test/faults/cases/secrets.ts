import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { memoryStore, ResponseError } from '@criteo-sdk/retailmedia';
import { leaks, shownIn, sinks } from '../../../packages/core/test/canary.ts';
import { WRITTEN } from '../../../packages/core/test/encoders.ts';
import {
  type Case,
  call,
  connect,
  failing,
  failure,
  keyOf,
  REFRESH,
  recordOf,
  SECRET,
  seen,
  status,
} from '../bench.ts';
import type { Fault } from '../misbehave.ts';

/** What a server says may hold what it was sent, now or earlier, however it is written. */
export const SECRETS: readonly Case[] = [
  {
    id: 'F210',
    what: 'the token endpoint echoes the secret in all encodings, one within another: none can be read out of any sink',
    run: async (bench) => {
      for (const [how, write] of Object.entries(WRITTEN)) {
        const body = {
          error: 'invalid_client',
          error_description: `You sent ${write(SECRET)}`,
          error_uri: `https://criteo.example/${write(SECRET)}`,
        };
        const error = await failing(bench, { token: [{ kind: 'status', status: 400, body }] });
        assert.deepEqual(leaks(sinks(error, []), [SECRET]), [], how);
        assert.match(error.message, /\[redacted\]/, how);
      }
    },
  },
  {
    id: 'F211',
    what: 'the API echoes what it was never sent, but the client has or had: secret, refresh tokens, access tokens',
    run: async (bench) => {
      const client = connect(bench, { grant: REFRESH });
      const tokens = [await client.tokens.get()];
      client.tokens.invalidate(tokens[0]?.value ?? '');
      tokens.push(await client.tokens.get());
      const had = [SECRET, 'refresh-0', ...tokens.map(({ value }) => value)];
      const known = [...had, ...tokens.flatMap(({ refreshToken }) => refreshToken ?? [])];
      for (const write of Object.values(WRITTEN)) {
        await bench.script({ api: [echo(known.map(write))] });
        const error = await failure(call(client));
        assert.deepEqual(leaks(sinks(error, []), known), []);
      }
      client.close();
    },
  },
  {
    id: 'F212',
    what: 'a redirect and a content type that echo the secret, which is cut on the way into a message: no half of it is shown',
    run: async (bench) => {
      const secret = 'canary-1234;5678/9012?';
      for (const headers of [
        { location: `https://${secret}.example/` },
        { location: `https://example.com/${secret}` },
        { 'content-type': `text/${secret}` },
      ]) {
        const code = 'location' in headers ? 302 : 200;
        const script = { api: [status(code, headers)] };
        const error = await failing(bench, script, { clientSecret: secret });
        assert.ok(error instanceof ResponseError);
        assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
      }
    },
  },
  {
    id: 'F213',
    what: 'a success with megabytes of encodings within each other: they are read within bounds, what is beyond is not shown, plain text is',
    run: async (bench) => {
      const text = '%26#38;\\u0025&amp;'.repeat(3_000);
      const warnings = Array.from({ length: 40 }, (_, index) => ({ detail: `${index} ${text}` }));
      const body = { warnings: [...warnings, { detail: 'The last one.' }] };
      await bench.script({ api: [{ kind: 'status', status: 200, body }] });
      const client = connect(bench);
      const answer = await client.request({ method: 'GET', path: '/things' }).withResponse();
      const details = answer.warnings.map(({ detail }) => detail ?? '');
      assert.match(details[0] ?? '', /^0 %26#38;/);
      assert.deepEqual(details.slice(-2), ['[redacted]', 'The last one.']);
      client.close();
    },
  },
  {
    id: 'F214',
    what: 'a token is printed with everything that is hidden, and its getters called: no secret is there',
    run: async (bench) => {
      const client = connect(bench, { grant: REFRESH });
      const token = await client.tokens.get();
      const all = { showHidden: true, getters: true, customInspect: false, depth: 9 };
      for (const thing of [token, { token }, [token]])
        assert.deepEqual(shownIn(inspect(thing, all), [token.value]), []);
      client.close();
    },
  },
  {
    id: 'F215',
    what: "the API echoes the app's secret to a user's client that went on from the store and never sent it",
    run: async (bench) => {
      const app = 'a-secret-of-the-app';
      const store = memoryStore();
      await keyOf(bench, store, recordOf(Date.now()));
      const client = connect(bench, { clientSecret: () => app, store });
      await client.tokens.get();
      await bench.script({ api: [echo([app])] });
      const error = await failure(call(client.forSubject('user')));
      assert.deepEqual(leaks(sinks(error, []), [app]), []);
      await seen(bench, { token: 1, api: 1 });
      client.close();
    },
  },
];

const echo = (texts: readonly string[]): Fault => ({
  kind: 'status',
  status: 400,
  body: { errors: texts.map((text) => ({ code: text, detail: `No: ${text}`, traceId: text })) },
});
