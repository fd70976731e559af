import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiVersion } from '../src/client-options.js';
import {
  Api,
  type Bound,
  type CallOptions,
  connect,
  createConsent,
  createTransport,
  download,
  type Grant,
  type JobOperation,
  memoryStore,
  type Operation,
  type PagedOperation,
  paginate,
  readConsentCallback,
  runJob,
  type TokenResponse,
  type Transport,
} from '../src/index.js';
import { fileStore, proxyFromEnv } from '../src/node.js';

/*
 * A process that uses core while Object.prototype is polluted. With each names and kind of value that it is sent it
 * pollutes, makes every sort of call, cleans up, and tells what came of each: with and without must be the same.
 */

const [, , baseUrl = '', thiefUrl = ''] = process.argv;

/** What a thief, or a careless package, may write. */
const VALUES = {
  text: thiefUrl,
  object: { url: thiefUrl, host: '127.0.0.1', port: new URL(thiefUrl).port, name: 'stolen' },
  function: () => thiefUrl,
  flag: true,
} as const;

export type Kind = keyof typeof VALUES;

const THING = { path: '/things/{id}', query: ['tags'] } as const;
type Thing = Operation<{ readonly id: string; readonly tags?: readonly string[] }, unknown>;
const getThing: Thing = { id: 'getThing', method: 'GET', ...THING };
const searchThings: Operation<{ readonly body: unknown }> = {
  id: 'searchThings',
  method: 'POST',
  path: '/things/search',
  body: true,
  read: true,
};
const upload: Operation<{ readonly part: Blob; readonly note?: string }> = {
  id: 'upload',
  method: 'POST',
  path: '/uploads',
  multipart: [{ name: 'part' }, { name: 'note' }],
};
const listThings: PagedOperation<
  { readonly offset?: number; readonly limit?: number },
  { data: { id: number }[] }
> = {
  id: 'listThings',
  method: 'GET',
  path: '/list',
  query: ['offset', 'limit'],
  paging: { style: 'offset', defaultSize: 2 },
};
const getFile: Operation<Record<string, never>, Uint8Array | undefined> = {
  id: 'getFile',
  method: 'GET',
  path: '/file',
  response: 'bytes',
};
const job = { method: 'GET', path: '/jobs/{jobId}/status' } as const;
const requestExport: JobOperation<{ readonly body: unknown }> = {
  id: 'requestExport',
  method: 'POST',
  path: '/jobs',
  body: true,
  job: {
    id: 'jobId',
    status: { id: 'getStatus', ...job },
    output: { ...job, id: 'getOutput', path: '/jobs/{jobId}/output', response: 'bytes' },
  },
};
const giveToken: Operation<Record<string, string>, TokenResponse> = {
  id: 'giveToken',
  method: 'POST',
  path: '/oauth2/token',
  auth: 'none',
  grants: [{ type: 'client_credentials' }, { type: 'refresh_token', needs: ['refreshToken'] }],
  form: [
    { name: 'clientId', as: 'client_id' },
    { name: 'clientSecret', as: 'client_secret', secret: true },
    { name: 'grantType', as: 'grant_type' },
    { name: 'refreshToken', as: 'refresh_token', secret: true },
  ],
};

class Things extends Api {
  declare readonly getFile: Bound<typeof getFile>;
  declare readonly listThings: Bound<typeof listThings>;
  declare readonly requestExport: Bound<typeof requestExport>;
  constructor(transport: Transport) {
    super(transport, [getFile, listThings, requestExport]);
  }
}

const version: ApiVersion<Grant, { things: Things }> = {
  product: { name: 'made-up', origin: 'https://api.example.com', prefix: '/v' },
  name: '1',
  life: {},
  groups: { things: Things },
  grants: ['client_credentials', 'refresh_token'],
  defaultLifetimeMs: 900_000,
  requestToken: (transport, parameters, options: CallOptions) =>
    transport.call(giveToken, { ...parameters } as Record<string, string>, options),
};

const APP = { clientId: 'id', clientSecret: 'canary+secret/1==' };
const PLACE = {
  baseUrl,
  allowLoopbackHttp: true,
  logLevel: 'off',
  retry: { baseMs: 1, maxMs: 2 },
} as const;
const USER = { grant: { type: 'refresh_token', refreshToken: 'refresh-0' }, subject: 'u' } as const;

type Steps = Readonly<Record<string, () => unknown>>;

const stepsOf = (folder: string): Steps => {
  const client = connect(version, { ...APP, ...PLACE });
  const { things } = client;
  const answer = async (path: string): Promise<unknown> =>
    client
      .request({ method: 'GET', path })
      .withResponse()
      .then(({ data, status, attempts, problems, warnings, traceId }) => ({
        data,
        status,
        attempts,
        problems,
        warnings,
        traceId,
      }));
  const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const item of items) found.push(item);
    return found;
  };
  return {
    read: () => client.call(getThing, { id: '1', tags: ['a', 'b'] }, { headers: { 'x-own': '1' } }),
    write: () => client.request({ method: 'POST', path: '/things', body: { name: 'a' } }),
    search: () => client.call(searchThings, { body: { name: 'a' } }),
    'read again after 503': () => answer('/flaky'),
    'read again after 401': () => answer('/refused'),
    // The gate would hold the next call back for a quarter of a second.
    'read again after 429': () =>
      connect(version, { ...APP, ...PLACE, rateLimit: false }).request({
        method: 'GET',
        path: '/limited',
      }),
    'failed write': () => client.request({ method: 'POST', path: '/broken', body: {} }),
    'error with a body': () => answer('/wrong'),
    'error without': () => answer('/missing'),
    warned: () => answer('/warned'),
    'not JSON': () => answer('/html'),
    redirected: () => answer('/elsewhere'),
    upload: () => client.call(upload, { part: new Blob(['bytes']) }),
    list: () => all(paginate(things.listThings)),
    rows: () => all(download(things.getFile).rows()),
    stream: () => all(download(things.getFile).stream()),
    saved: async () => (await download(things.getFile).saveTo(join(folder, 'file'))).bytes,
    job: async () => {
      const { id, state, rowCount, ...done } = await runJob(
        things.requestExport,
        { body: {} },
        { intervalMs: 1 },
      );
      return { id, state, rowCount, text: await done.text() };
    },
    'token of an operation': () =>
      createTransport(PLACE).call(giveToken, { ...APP, grantType: 'client_credentials' }),
    "a user's token": () =>
      connect(version, { ...APP, ...PLACE, ...USER, store: memoryStore() }).call(getThing, {
        id: '2',
      }),
    "another user's": () =>
      connect(version, { ...APP, ...PLACE })
        .forSubject('w', { type: 'refresh_token', refreshToken: 'refresh-9' })
        .call(getThing, { id: '7' }),
    'no token': () =>
      connect(version, { ...APP, clientSecret: 'wrong', ...PLACE }).call(getThing, { id: '3' }),
    stored: async () => {
      const options = {
        ...APP,
        ...PLACE,
        ...USER,
        store: fileStore({ folder: join(folder, 'store') }),
      };
      await connect(version, options).call(getThing, { id: '4' });
      return connect(version, options).call(getThing, { id: '5' });
    },
    proxied: () =>
      connect(version, { ...APP, ...PLACE, axios: proxyFromEnv({}) }).call(getThing, { id: '6' }),
    consent: async () => {
      const redirectUri = 'https://app.example/back';
      const { url, state } = await createConsent({ clientId: 'id', redirectUri });
      const { code } = readConsentCallback(`/?code=c&state=${state}`, { state });
      return [code, new URL(url).origin, ...new URL(url).searchParams.keys()];
    },
    'consent of nobody': () => readConsentCallback('/?code=c&state=s', {} as { state: string }),
    closed: () => client.close(),
  };
};

const outcomeOf = async (step: () => unknown): Promise<unknown> => {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof Error)) return { error };
    // How long a pause still lasts differs by what the machine takes.
    const { retryAfterMs: _, ...fields } = { ...error } as { readonly retryAfterMs?: number };
    return { message: error.message, fields };
  }
};

const cleanUp = (names: readonly string[]): void => {
  for (const name of names) Reflect.deleteProperty(Object.prototype, name);
};

// Long enough for a machine that is busy.
const LONGEST_MS = 20_000;

const run = async (names: readonly string[], kind: Kind): Promise<Record<string, unknown>> => {
  const folder = mkdtempSync(join(tmpdir(), 'core-polluted-'));
  const found = new Map<string, unknown>();
  const late = (): void => {
    cleanUp(names);
    process.send?.({ outcomes: { hung: [...found.keys()].at(-1) ?? 'set up' } });
    setTimeout(() => process.exit(1), 100);
  };
  const timer = setTimeout(late, LONGEST_MS);
  for (const name of names) Reflect.set(Object.prototype, name, VALUES[kind]);
  try {
    for (const [label, step] of Object.entries(stepsOf(folder))) {
      found.set(label, await outcomeOf(step));
    }
  } catch (error) {
    found.set('set up', String(error));
  } finally {
    cleanUp(names);
  }
  clearTimeout(timer);
  rmSync(folder, { recursive: true });
  return Object.fromEntries(found);
};

process.on('message', ({ names, kind }: { names: readonly string[]; kind: Kind }) => {
  void run(names, kind).then((outcomes) => process.send?.({ outcomes }));
});
process.on('uncaughtException', (error) => process.send?.({ uncaught: String(error?.stack) }));
process.on('unhandledRejection', (error) => process.send?.({ uncaught: String(error) }));
process.send?.('ready');
