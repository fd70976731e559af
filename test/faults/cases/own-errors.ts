import assert from 'node:assert/strict';
import { ApiError, ConnectionError } from '@criteo-sdk/retailmedia';
import axios, { AxiosError, type AxiosInstance } from 'axios';
import { leaks, sinks } from '../../../packages/core/test/canary.ts';
import {
  type Bench,
  became,
  type Case,
  call,
  connect,
  failure,
  SECRET,
  safeWrite,
  seen,
  status,
  type TestClient,
  times,
  write,
} from '../bench.ts';
import { unhandled } from '../unhandled.ts';

/** Errors that a user's own code throws within a call: they stay what they are. Ours stay ours, whoever throws them again. */
export const OWN_ERRORS: readonly Case[] = [
  {
    id: 'F140',
    what: 'an interceptor throws for an answer that came: its own error, one request',
    run: async (bench) => {
      const own = axios.create();
      const bug = new TypeError('Cannot read properties of undefined');
      own.interceptors.response.use((response) => {
        if (isApi(response.config.url)) throw bug;
        return response;
      });
      for (const send of [write, call]) {
        const before = (await bench.counts()).api.length;
        assert.equal(await reasonOf(send(clientOf(bench, own))), bug);
        await seen(bench, { api: before + 1 }, send.name);
      }
    },
  },
  {
    id: 'F141',
    what: 'an interceptor asks a host that refuses, by axios or by fetch: its error, one request',
    run: async (bench) => {
      const asks = [
        () => axios.get('http://127.0.0.1:1/audit'),
        () => fetch('http://127.0.0.1:1/audit'),
      ];
      for (const [index, ask] of asks.entries()) {
        const own = axios.create();
        own.interceptors.response.use(async (response) => {
          if (isApi(response.config.url)) await ask();
          return response;
        });
        const before = (await bench.counts()).api.length;
        const reason = await reasonOf(write(clientOf(bench, own)));
        assert.ok(!(reason instanceof ConnectionError), 'it is no network fault of ours');
        const text = index === 0 ? (reason as AxiosError).config?.url : String(reason);
        assert.match(String(text), index === 0 ? /audit/ : /fetch failed|bad port/);
        await seen(bench, { api: before + 1 });
      }
    },
  },
  {
    id: 'F142',
    what: 'an adapter with a bug: its error, one attempt',
    run: async (bench) => {
      let asked = 0;
      const bug = new RangeError('Invalid array length');
      const adapter = async (): Promise<never> => {
        asked += 1;
        throw bug;
      };
      const { tokens } = connect(bench);
      const client = connect(bench, { axios: axios.create({ adapter }), tokens });
      assert.equal(await reasonOf(call(client)), bug);
      assert.equal(asked, 1);
    },
  },
  {
    id: 'F143',
    what: 'an interceptor wraps a fault of the network, or gathers it: still ours, and no secret in it',
    run: async (bench) => {
      const wraps: ((error: unknown) => unknown)[] = [
        (error) => error,
        (error) => new Error('wrapped', { cause: error }),
        (error) => new AggregateError([new Error('other'), error], 'gathered'),
        (error) => new Error('twice', { cause: new Error('once', { cause: error }) }),
      ];
      for (const wrap of wraps) {
        const own = axios.create();
        own.interceptors.response.use(undefined, (error) => Promise.reject(wrap(error)));
        await bench.script({ api: times(9, { kind: 'reset' }) });
        const client = clientOf(bench, own);
        const { value } = await client.tokens.get();
        const error = await failure(write(client));
        assert.ok(error instanceof ConnectionError && error.attempts === 1);
        became(error, { outcome: 'unknown' });
        assert.deepEqual(leaks(sinks(error, []), [SECRET, value]), []);
      }
    },
  },
  {
    id: 'F144',
    what: 'the cause of a fault of the network is an error of its own, with message and code and no more',
    run: async (bench) => {
      await bench.script({ api: times(9, { kind: 'reset' }) });
      for (const options of [{}, { axios: axios.create() }]) {
        const error = await failure(write(connect(bench, options)));
        const { cause } = error as { readonly cause?: unknown };
        assert.ok(cause instanceof Error && Object.getPrototypeOf(cause) === Error.prototype);
        assert.deepEqual(Object.keys(cause), ['code']);
        assert.match(cause.message, /ECONNRESET|socket hang up/);
      }
    },
  },
  {
    id: 'F145',
    what: 'an interceptor makes an error of axios for an answer that came, or before the request leaves: one request or none, an error that says so, and no secret in it',
    run: async (bench) => {
      for (const send of [call, write, safeWrite]) {
        const own = axios.create();
        own.interceptors.response.use((response) => {
          const { config, request } = response;
          if (isApi(config.url)) throw new AxiosError('odd', 'E_ODD', config, request, response);
          return response;
        });
        const client = clientOf(bench, own);
        const { value } = await client.tokens.get();
        const before = (await bench.counts()).api.length;
        const error = await failure(send(client));
        assert.match(error.message, /an interceptor of the axios instance refused it/);
        became(error, { outcome: send === call ? 'answered' : 'unknown', retryable: false });
        assert.deepEqual(leaks(sinks(error, []), [SECRET, value]), []);
        await seen(bench, { api: before + 1 }, send.name);
      }
      const own = axios.create();
      own.interceptors.request.use((config) => {
        if (isApi(config.url)) throw new AxiosError('odd', 'E_ODD', config);
        return config;
      });
      const before = (await bench.counts()).api.length;
      const error = await failure(write(clientOf(bench, own)));
      assert.match(error.message, /an interceptor of the axios instance refused the request/);
      became(error, { outcome: 'not-sent', retryable: false });
      await seen(bench, { api: before });
    },
  },
  {
    id: 'F146',
    what: 'an interceptor sends again by itself, with our configuration, and cannot: nothing is repeated by us, and what was sent is not forgotten',
    run: async (bench) => {
      const nowhere = 'http://127.0.0.1:1/';
      const mirrored = axios.create();
      mirrored.interceptors.response.use(async (response) => {
        if (isApi(response.config.url))
          await mirrored.request({ ...response.config, url: nowhere });
        return response;
      });
      const resent = axios.create();
      resent.interceptors.response.use(undefined, (error) =>
        error.config.url === nowhere
          ? Promise.reject(error)
          : resent.request({ ...error.config, url: nowhere }),
      );
      for (const [own, script] of [
        [mirrored, []],
        [resent, times(9, { kind: 'reset' } as const)],
      ] as const) {
        const client = clientOf(bench, own);
        await client.tokens.get();
        const before = (await bench.counts()).api.length;
        await bench.script({ api: script });
        became(await failure(write(client)), { outcome: 'unknown', retryable: false });
        await seen(bench, { api: before + 1 });
      }
    },
  },
  {
    id: 'F147',
    what: 'an interceptor throws an error of our classes: that very error, as it is',
    run: async (bench) => {
      const own = axios.create();
      const thrown = new ApiError('refused', { outcome: 'answered' } as never);
      own.interceptors.response.use((response) => {
        if (isApi(response.config.url)) throw thrown;
        return response;
      });
      assert.equal(await reasonOf(write(clientOf(bench, own))), thrown);
      await seen(bench, { api: 1 });
    },
  },
  {
    id: 'F148',
    what: 'an interceptor that gives no answer back, or a part of it: an error that says so',
    run: async (bench) => {
      for (const given of [undefined, null, { status: 200 }, { status: 200, headers: null }]) {
        const own = axios.create();
        own.interceptors.response.use((response) =>
          isApi(response.config.url) ? (given as never) : response,
        );
        const error = await failure(write(clientOf(bench, own)));
        assert.match(error.message, /the axios instance changed the answer/);
        became(error, { outcome: 'unknown', retryable: false });
      }
    },
  },
  {
    id: 'F149',
    what: '`learn` of your rate gate or `invalidate` of your tokens throws or rejects: the call goes on, and the process',
    run: async (bench) => {
      const fails = [
        () => Promise.reject(new Error('no connection to Redis')),
        () => {
          throw new Error('no connection to Redis');
        },
      ];
      for (const failed of fails) {
        const warned: string[] = [];
        const logger = { ...console, warn: (line: string) => warned.push(line) };
        const rateLimit = { enter: async () => {}, learn: failed as () => void };
        const { tokens } = connect(bench);
        const given = { get: () => tokens.get(), invalidate: failed as () => void };
        await bench.script({ api: [status(401)] });
        const options = { rateLimit, tokens: given, logger, logLevel: 'warn' } as const;
        assert.equal((await failure(write(connect(bench, options)))).status, 401);
        await write(connect(bench, options));
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.ok(warned.length >= 2, warned.join());
        assert.deepEqual(unhandled, []);
      }
    },
  },
];

const isApi = (url: string | undefined): boolean => !String(url).endsWith('/oauth2/token');

const clientOf = (bench: Bench, own: AxiosInstance): TestClient =>
  connect(bench, { axios: own, retry: { baseMs: 10 } });

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail('the call should fail'),
    (reason: unknown) => reason,
  );
