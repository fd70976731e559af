import assert from 'node:assert/strict';
import { ConfigError, ResponseError } from '@criteo-sdk/retailmedia';
import {
  type Case,
  call,
  connect,
  failure,
  gaps,
  seen,
  status,
  succeeding,
  waited,
} from '../bench.ts';

/** What the API's answers may hold. F40 and F41, links to next pages, wait for paging: core has none yet. */
export const API_ANSWERS: readonly Case[] = [
  {
    id: 'F37',
    what: 'headers that come twice: the first counts, and JSON is read',
    run: async (bench) => {
      const twice = { 'retry-after': ['1', '30'] };
      const good = {
        'content-type': ['application/json', 'text/html'],
        'x-request-id': ['a', 'b'],
      };
      await succeeding(bench, {
        api: [
          status(503, twice),
          { kind: 'status', status: 200, headers: good, body: { data: 1 } },
        ],
      });
      const { api } = await bench.counts();
      assert.equal(api.length, 2);
      waited(gaps(api)[0], 1_000, 1_100);
    },
  },
  {
    id: 'F38',
    what: 'JSON with keys that reach prototypes, or nested 100,000 deep: no such key; an error',
    run: async (bench) => {
      const text =
        '{"data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
      await bench.script({
        api: [
          { kind: 'body', text },
          { kind: 'body', text: '['.repeat(100_000) },
        ],
      });
      const client = connect(bench);
      const answer = (await call(client)) as { data: object };
      assert.deepEqual(Reflect.ownKeys(answer.data), []);
      assert.equal(Reflect.get(Object.assign({}, answer.data), 'polluted'), undefined);
      const error = await failure(call(client));
      assert.ok(error instanceof ResponseError && error.reason === 'unreadable');
      assert.match(error.message, /too deeply/);
      await seen(bench, { api: 2 });
    },
  },
  {
    id: 'F39',
    what: '200 with errors and data null: given to the caller as it came',
    run: async (bench) => {
      const body = { data: null, errors: [{ code: 'half-done' }], warnings: [] };
      await bench.script({ api: [{ kind: 'status', status: 200, body }] });
      assert.deepEqual(await call(connect(bench)), body);
    },
  },
  {
    id: 'F42',
    what: 'a stream as a body, which can be read once only: refused before anything is sent',
    run: async (bench) => {
      const body = new Blob(['{"name":"thing"}']).stream();
      const error = await failure(
        Promise.resolve(connect(bench).request({ method: 'POST', path: '/things', body })),
      );
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /stream/);
      await seen(bench, { token: 0, api: 0 });
    },
  },
  {
    id: 'F43',
    what: '204, and an empty body where JSON is declared: undefined',
    run: async (bench) => {
      await bench.script({ api: [status(204), { kind: 'empty-200' }] });
      const client = connect(bench);
      assert.deepEqual([await call(client), await call(client)], [undefined, undefined]);
      await seen(bench, { api: 2 });
    },
  },
];
