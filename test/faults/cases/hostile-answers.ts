import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createTransport, download, type Operation, ResponseError } from '@criteo-sdk/retailmedia';
import axios from 'axios';
import {
  type Bench,
  type Case,
  call,
  connect,
  failing,
  failure,
  seen,
  status,
  succeeding,
} from '../bench.ts';
import { json } from '../misbehave.ts';
import { PLANT_ARGUMENTS } from '../plant.ts';
import { listen, read, stop } from '../server.ts';
import { unhandled } from '../unhandled.ts';

/** Names that every object has. */
const INHERITED = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];

/**
 * What libraries and runtimes call their options; this SDK's own are among them. Not `signal` and `timeout`: with
 * them Node's own streams and emitters fail, before any of ours.
 */
const OPTIONS = [
  'accept adapter agent allowLoopbackHttp as attempt attemptTimeoutMs auth axios baseURL baseUrl body clientId',
  'clientSecret clock code connectTimeoutMs credentials data default error errors expires_in form grant grants grantType',
  'headers hint host hostname kind life limit limits localAddress lock logger logLevel lookup message method multipart',
  'observe onProgress outcome params path port prefix protocol proxy query random rateClass rateLimit read reason',
  'refresh_token refreshToken renew response retry safeToRetry secret servername session socketPath status store',
  'stream style subject throwOnPartialFailure timeoutMs to tokens transformRequest type unsafe url userAgent writes',
].flatMap((line) => line.split(' '));

const MANY = `[${'0,'.repeat(5_000_000)}0]`;

/** What an answer, another package or a hook may do so that the process ends, stands still or tells its secrets. */
export const HOSTILE_ANSWERS: readonly Case[] = [
  {
    id: 'F150',
    what: 'names that every object has, as headers, parameters, grants, media types and codes: names like others',
    run: async (bench) => {
      await Promise.all(INHERITED.map((name) => sentAs(bench, name)));
      for (const name of INHERITED) {
        const error = { error: name, error_description: name };
        const told = await failing(bench, { api: [{ kind: 'status', status: 400, body: error }] });
        assert.match(told.message, new RegExp(` failed: 400 ${name} · ${name}$`));
        const odd = await failing(bench, { api: [{ kind: 'content-type', type: name }] });
        assert.ok(odd instanceof ResponseError && odd.reason === 'content-type', String(odd));
        await succeeding(bench, {
          api: [
            {
              kind: 'status',
              status: 200,
              headers: name === '__proto__' ? {} : { [name]: 'x' },
              body: {},
            },
          ],
        });
      }
    },
  },
  {
    id: 'F151',
    what: 'a polluted Object.prototype: nothing reaches the thief, and each call goes out as without',
    run: pollutedCalls,
  },
  {
    id: 'F152',
    what: 'a logger and a hook that reject, also by a promise of a library: the call goes on, and nothing is unhandled',
    run: async (bench) => {
      const later = async (): Promise<never> => {
        await sleep(1);
        throw new Error('the log is full');
      };
      const logger = { debug: later, warn: later };
      for (const hook of [later, () => thenable()]) {
        const client = connect(bench, { logger, logLevel: 'debug', observe: hook });
        await call(client);
        client.close();
      }
      await sleep(50);
      assert.deepEqual(
        unhandled.filter((one) => one.includes('the log is full')),
        [],
      );
      await seen(bench, { api: 2 });
    },
  },
  {
    id: 'F153',
    what: 'one signal for 1,000 calls: one listener while they run, and none afterwards',
    run: async (bench) => {
      const { signal } = new AbortController();
      const client = connect(bench);
      await call(client);
      const listeners = (): number => getEventListeners(signal, 'abort').length;
      const calls = Array.from({ length: 1_000 }, () =>
        client.gateway.getCurrentApplication({}, { signal }),
      );
      await sleep(5);
      assert.equal(listeners(), 1);
      await Promise.all(calls);
      assert.equal(listeners(), 0);
      client.close();
    },
  },
  {
    id: 'F154',
    what: 'millions of values in 10 MB of JSON: refused before they are parsed, with the limit and what to do',
    run: async (bench) => {
      const error = await failing(bench, { api: [{ kind: 'body', text: MANY }] });
      assert.ok(error instanceof ResponseError && error.reason === 'too-large', String(error));
      assert.match(error.message, /more than 5000000 values; ask for smaller pages/);
      await seen(bench, { api: 1 });
    },
  },
  {
    id: 'F155',
    what: 'millions of values where rows of a file should be: refused likewise, as JSON and as columns',
    run: async (bench) => {
      const columns = Array.from({ length: 16_385 }, (_, at) => `c${at}`).join(',');
      await bench.script({
        api: [
          { kind: 'body', text: MANY },
          { kind: 'body', text: `${columns}\n`, type: 'text/csv' },
        ],
      });
      for (const limit of [/more than 5000000 values/, /more than 16384 columns/]) {
        const rows = rowsFrom(bench);
        await assert.rejects(rows, (error) => {
          assert.ok(error instanceof ResponseError && error.reason === 'too-large', String(error));
          assert.match(error.message, limit);
          return true;
        });
      }
    },
  },
  {
    id: 'F156',
    what: 'an encoding that nobody asked for, over an axios instance of your own: an error, and nothing raw',
    run: async (bench) => {
      for (const encoding of ['constructor', 'gzip, gzip', 'x']) {
        await bench.script({ api: [status(200, { 'content-encoding': encoding })] });
        const client = connect(bench, { axios: axios.create(), retry: { limit: 0 } });
        const error = await failure(call(client));
        assert.ok(error instanceof ResponseError);
        assert.match(error.message, /its content encoding is none that was asked for/);
      }
    },
  },
];

/** Sends a request with this name wherever a caller chooses one. */
const sentAs = async ({ url }: Bench, name: string): Promise<void> => {
  const transport = createTransport({ baseUrl: url, allowLoopbackHttp: true, logLevel: 'off' });
  const operation: Operation<object> = {
    id: 'anything',
    method: 'POST',
    path: '/things',
    query: [name],
    body: true,
    auth: 'none',
    rateClass: name,
  };
  // A name that is not given is not sent, whatever an object inherits under it.
  await transport.call(operation, { body: {} });
  const headers = name === '__proto__' ? {} : { [name]: 'x' };
  await transport.call(operation, Object.fromEntries([[name, 'x']]), { headers });
  transport.close();
};

/** A promise as a library makes it, which rejects later. */
const thenable = (): object => {
  const made = {};
  const rejectLater = (_done: unknown, failed: (reason: unknown) => void): unknown =>
    setTimeout(failed, 1, new Error('the log is full'));
  Reflect.set(made, 'then', rejectLater);
  return made;
};

const rowsFrom = async ({ url }: Bench): Promise<void> => {
  const operation: Operation<Record<string, never>, Uint8Array | undefined> = {
    id: 'getFile',
    method: 'GET',
    path: '/file',
    auth: 'none',
    response: 'bytes',
  };
  const transport = createTransport({ baseUrl: url, allowLoopbackHttp: true, logLevel: 'off' });
  const { Api } = await import('@criteo-sdk/core');
  const api = new Api(transport, [operation]) as unknown as Readonly<Record<'getFile', never>>;
  for await (const _row of download(api.getFile).rows());
};

async function pollutedCalls(): Promise<void> {
  const requests: string[] = [];
  const server = await listen(async (request, response) => {
    const { method, url, headers } = request;
    requests.push(JSON.stringify({ method, url, headers, body: await read(request) }));
    if (url === '/oauth2/token')
      return json(response, 200, { access_token: 'token', token_type: 'Bearer', expires_in: 900 });
    json(response, 200, { data: { type: 'thing' } });
  });
  const stolen: string[] = [];
  const thief = await listen(({ url }, response) => {
    stolen.push(String(url));
    response.end('{}');
  });
  try {
    // The first name is one that nobody reads: so requests look without pollution.
    const failed = await polluted(server.url, thief.url, ['nobodyReadsThis', ...OPTIONS]);
    assert.deepEqual({ failed, stolen }, { failed: [], stolen: [] });
    const [token, call, write] = requests;
    assert.ok(requests.length >= 9 * OPTIONS.length);
    assert.deepEqual(
      requests,
      requests.map((_, at) => [token, call, write][at % 3]),
    );
  } finally {
    await stop(server.server);
    await stop(thief.server);
  }
}

// One that hangs must not hang the run.
const LONGEST_MS = 150_000;
const PROGRAM = join(import.meta.dirname, '../polluted-process.ts');
const PLANT = pathToFileURL(join(import.meta.dirname, '../plant.ts')).href;

const polluted = async (
  ...args: readonly [string, string, readonly string[]]
): Promise<unknown> => {
  const [url, thief, names] = args;
  const child = spawn(
    process.execPath,
    ['--import', PLANT, PROGRAM, url, thief, ...names, ...PLANT_ARGUMENTS],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: LONGEST_MS },
  );
  const [out, [code]] = await Promise.all([textOf(child.stdout), once(child, 'exit')]);
  assert.equal(code, 0, 'the process ended badly');
  return JSON.parse(out.trim().split('\n').at(-1) ?? '');
};
