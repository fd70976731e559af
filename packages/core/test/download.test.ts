import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axios, { type AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../src/api.js';
import { type Download, type DownloadProgress, download, fileOf } from '../src/download.js';
import {
  ApiError,
  ConfigError,
  ConnectionError,
  ResponseError,
  TimeoutError,
} from '../src/errors.js';
import { createMd5, readPath, saveFile } from '../src/files-web.js';
import { proxyFromEnv } from '../src/node/proxy.js';
import type { SdkEvent } from '../src/observe.js';
import type { Bound, Operation, Transport } from '../src/operation.js';
import { fails, perTest } from './api.js';
import { manualClock } from './manual-clock.js';
import { type Handler, json } from './server.js';

const getReport: Operation<{ readonly id?: string }, Uint8Array | undefined> = {
  id: 'getReport',
  method: 'GET',
  path: '/report',
  query: ['id'],
  response: 'bytes',
  accept: ['text/csv'],
};
/** Not safe to repeat. */
const makeReport: Operation<{ readonly body: object }, Uint8Array | undefined> = {
  id: 'makeReport',
  method: 'POST',
  path: '/report',
  body: true,
  response: 'bytes',
};
/** A POST that only reads. */
const queryReport: typeof makeReport = {
  ...makeReport,
  id: 'queryReport',
  path: '/query',
  read: true,
};
/** A write that may be repeated, but only for a while. */
const resetReport: typeof makeReport = {
  ...makeReport,
  id: 'resetReport',
  path: '/reset',
  safeToRetry: true,
};

class ReportApi extends Api {
  declare readonly getReport: Bound<typeof getReport>;
  declare readonly makeReport: Bound<typeof makeReport>;
  declare readonly queryReport: Bound<typeof queryReport>;
  declare readonly resetReport: Bound<typeof resetReport>;
  constructor(transport: Transport) {
    super(transport, [getReport, makeReport, queryReport, resetReport]);
  }
}

const setUp = perTest();

interface World extends Awaited<ReturnType<typeof setUp>> {
  readonly api: ReportApi;
  readonly file: Download;
}

const worldOf = async (
  handler: Handler,
  options: Parameters<typeof setUp>[1] = {},
): Promise<World> => {
  const world = await setUp(handler, options);
  const api = new ReportApi(world.client);
  return { ...world, api, file: download(api.getReport) };
};

const CSV = 'a,b\n1,2\n3,4\n';
const ROWS = [
  { a: '1', b: '2' },
  { a: '3', b: '4' },
];

const giving =
  (body: string | Uint8Array, headers: Record<string, string> = {}): Handler =>
  (_seen, response) =>
    response.writeHead(200, { 'content-type': 'text/csv', ...headers }).end(body);

const listed = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};

const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await listed(chunks)).toString();

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A file for a test, in a folder of its own. */
const path = (): string => join(folder, 'report.csv');
const files = (): Promise<string[]> => readdir(folder);

/** Each way to read a file, to its end. */
const WAYS: readonly (readonly [string, (file: Download) => Promise<unknown>])[] = [
  ['bytes', (file) => file.bytes()],
  ['text', (file) => file.text()],
  ['json', (file) => file.json()],
  ['stream', (file) => listed(file.stream())],
  ['for await', (file) => listed(file)],
  ['rows', (file) => listed(file.rows())],
  ['saveTo', (file) => file.saveTo(path())],
];

/** Those that give bytes while more may come. */
const STREAMED = WAYS.filter(([way]) => ['stream', 'for await', 'rows', 'saveTo'].includes(way));

/** A server that sends what a test says, when it says, and knows what became of it. */
const hand = (
  type = 'text/csv',
): {
  readonly handler: Handler;
  readonly responses: ServerResponse[];
  readonly last: () => ServerResponse;
  readonly closed: () => number;
} => {
  const responses: ServerResponse[] = [];
  let closed = 0;
  return {
    responses,
    handler: (_seen, response) => {
      responses.push(response);
      response.on('close', () => {
        if (!response.writableFinished) closed += 1;
      });
      response.writeHead(200, { 'content-type': type, 'content-length': CSV.length });
      response.write(CSV.slice(0, 8));
    },
    last: () => responses.at(-1) ?? expect.unreachable('nothing was asked for'),
    closed: () => closed,
  };
};

describe('a file', () => {
  it('is read as bytes, text, a stream, chunks, rows', async () => {
    const { file } = await worldOf(giving(CSV));
    expect(Buffer.from(await file.bytes()).toString()).toBe(CSV);
    expect(await file.text()).toBe(CSV);
    expect(await textOf(file.stream())).toBe(CSV);
    expect(await textOf(file)).toBe(CSV);
    expect(await listed(file.rows())).toEqual(ROWS);
  });

  it('is read as JSON', async () => {
    const { file } = await worldOf(giving('{"rows":[{"a":1}]}'));
    const { rows } = await file.json<{ readonly rows: readonly object[] }>();
    expect(rows).toEqual([{ a: 1 }]);
  });

  it('loses its byte order mark as text, and as bytes keeps it', async () => {
    const { file } = await worldOf(giving(`\ufeff${CSV}`));
    expect(await file.text()).toBe(CSV);
    expect(await listed(file.rows())).toEqual(ROWS);
    expect([...(await file.bytes()).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  it('is any bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const { file } = await worldOf(giving(bytes));
    expect(new Uint8Array(await file.bytes())).toEqual(bytes);
    expect(new Uint8Array(Buffer.concat(await listed(file)))).toEqual(bytes);
    await file.saveTo(path());
    expect(new Uint8Array(await readFile(path()))).toEqual(bytes);
  });

  it('is inflated on each way', async () => {
    const { file } = await worldOf(giving(gzipSync(CSV), { 'content-encoding': 'gzip' }));
    expect(await file.text()).toBe(CSV);
    expect(await textOf(file)).toBe(CSV);
    expect(await listed(file.rows())).toEqual(ROWS);
    expect(await file.saveTo(path())).toEqual({ path: path(), bytes: CSV.length });
    expect(await readFile(path(), 'utf8')).toBe(CSV);
  });

  it('is asked for with its parameters, headers and as what it is', async () => {
    const { api, apiCalls } = await worldOf(giving(CSV));
    await download(api.getReport, { id: '7' }, { headers: { 'x-own': '1' } }).text();
    await listed(download(api.makeReport, { body: { id: '7' } }));
    const [get, post] = apiCalls();
    expect(get).toMatchObject({ method: 'GET', url: '/v/report?id=7' });
    expect(get?.headers).toMatchObject({ accept: 'text/csv', 'x-own': '1' });
    expect(post).toMatchObject({ method: 'POST', body: '{"id":"7"}' });
    expect(post?.headers.accept).toBe('*/*');
  });

  it('is not asked for before it is read, and anew each time', async () => {
    const { file, apiCalls, tokenCalls } = await worldOf(giving(CSV));
    file.stream();
    file.rows();
    file[Symbol.asyncIterator]();
    expect([apiCalls().length, tokenCalls().length]).toEqual([0, 0]);
    for (const [at, [, read]] of WAYS.filter(([way]) => way !== 'json').entries()) {
      await read(file);
      expect(apiCalls()).toHaveLength(at + 1);
    }
  });

  it('may be larger than 50 MiB where it is not held', async () => {
    const size = 51 * 1024 * 1024;
    const body = gzipSync(Buffer.alloc(size));
    const { file } = await worldOf(giving(body, { 'content-encoding': 'gzip' }));
    let bytes = 0;
    for await (const chunk of file) bytes += chunk.length;
    expect(bytes).toBe(size);
    expect(await fails(file.bytes())).toMatchObject({ reason: 'too-large' });
  });

  it('tells how much came', async () => {
    const { handler, last } = hand();
    const { api } = await worldOf(handler);
    const told: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress): void => {
      told.push(progress);
      if (progress.bytes < CSV.length) last().end(CSV.slice(8));
    };
    const file = download(api.getReport, {}, { onProgress });
    const expected = [
      { bytes: 8, totalBytes: undefined },
      { bytes: CSV.length, totalBytes: undefined },
    ];
    await listed(file);
    expect(told.splice(0)).toEqual(expected);
    await file.saveTo(path());
    expect(told).toEqual(expected);
  });

  it('tells of how much, where that is known', async () => {
    const { client } = await worldOf(giving(CSV));
    const told: DownloadProgress[] = [];
    const options = { onProgress: (progress: DownloadProgress) => void told.push(progress) };
    await fileOf(client, getReport, {}, options, { totalBytes: 12 }).bytes();
    expect(told).toEqual([{ bytes: 12, totalBytes: 12 }]);
  });
});

describe('an answer without content', () => {
  const empty: Handler = (_seen, response) => response.writeHead(204).end();

  it('is an empty file', async () => {
    const { file } = await worldOf(empty);
    expect(await file.bytes()).toEqual(new Uint8Array());
    expect(await file.text()).toBe('');
    expect(await listed(file.stream())).toEqual([]);
    expect(await listed(file)).toEqual([]);
    expect(await listed(file.rows())).toEqual([]);
    expect(await file.saveTo(path())).toEqual({ path: path(), bytes: 0 });
    expect(await readFile(path(), 'utf8')).toBe('');
  });

  it('is no JSON', async () => {
    const { file } = await worldOf(empty);
    expect(await fails(file.json())).toMatchObject({ reason: 'unreadable' });
  });

  it('is held against a checksum all the same', async () => {
    const { client } = await worldOf(empty);
    const md5 = createHash('md5').digest('hex');
    expect(await fileOf(client, getReport, {}, {}, { md5 }).text()).toBe('');
    const other = fileOf(client, getReport, {}, {}, { md5: md5.replace('d', 'e') });
    expect(await fails(listed(other))).toMatchObject({ reason: 'checksum' });
  });
});

describe('a file that cannot be read as what was asked for', () => {
  it.each<[string, string, string]>([
    ['a row that is too short', 'a,b\n1\n', 'in row 2: it has 1 values for 2 columns'],
    ['a page of HTML', '<html>', 'it is XML or HTML, which has no rows'],
  ])('is told: %s', async (_what, body, why) => {
    const { file } = await worldOf(giving(body));
    const error = await fails(listed(file.rows()));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({
      message: `getReport failed: the file cannot be read: ${why}.`,
      operation: 'getReport',
      reason: 'unreadable',
      retryable: false,
      hint: 'bytes() and saveTo() give it as it is, json() and text() as what they are.',
    });
  });

  it.each(STREAMED)('is no page of somebody in between: %s', async (_way, read) => {
    const { handler, closed } = hand('text/html; charset=utf-8');
    const { file } = await worldOf(handler);
    const error = await fails(read(file));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ reason: 'content-type', operation: 'getReport' });
    expect(await files()).toEqual([]);
    await vi.waitFor(() => expect(closed()).toBe(1));
  });

  it.each<[string, string, string, string]>([
    ['no JSON', CSV, 'it is not complete JSON', 'unreadable'],
    [
      'a large integer',
      '{"a":[9007199254740993]}',
      "the integer at 'a.0' is too large for a JavaScript number",
      'unsafe-integer',
    ],
  ])('is told: %s', async (_what, body, why, reason) => {
    const { file } = await worldOf(giving(body));
    expect(await fails(file.json())).toMatchObject({
      name: 'ResponseError',
      message: `getReport failed: the file cannot be read: ${why}.`,
      reason,
      attempts: 1,
      outcome: 'answered',
    });
  });

  it('may hold what a write did', async () => {
    const { api } = await worldOf(giving('{'));
    for (const read of [(file: Download) => file.json(), (file: Download) => listed(file.rows())])
      expect(await fails(read(download(api.makeReport, { body: {} })))).toMatchObject({
        message: expect.stringMatching(/The request may have been processed: look before/),
        attempts: 1,
        outcome: 'unknown',
      });
  });

  it('gives the rows in front, and closes the connection', async () => {
    const { handler, closed } = hand();
    const { file } = await worldOf((seen, response, before) => {
      handler(seen, response, before);
      response.write('3\n');
    });
    const rows: object[] = [];
    const read = async (): Promise<void> => {
      for await (const row of file.rows()) rows.push(row);
    };
    expect(await fails(read())).toMatchObject({ reason: 'unreadable' });
    await vi.waitFor(() => expect(closed()).toBe(1));
  });

  it.each(['', ';;', '"', '\n', '\r'])(
    'is not asked for with a delimiter of %j',
    async (delimiter) => {
      const { file, apiCalls } = await worldOf(giving(CSV));
      const error = await fails(listed(file.rows({ delimiter })));
      expect(error).toBeInstanceOf(ConfigError);
      expect(apiCalls()).toHaveLength(0);
    },
  );

  it('is read with another delimiter or as another format, where that is said', async () => {
    const { file } = await worldOf(giving('a;b\n1;2'));
    expect(await listed(file.rows({ delimiter: ';' }))).toEqual([{ a: '1', b: '2' }]);
    expect(await fails(listed(file.rows({ format: 'json' })))).toMatchObject({
      reason: 'unreadable',
    });
  });
});

describe.each(WAYS)('an exchange that fails, read by %s', (_way, read) => {
  it('tells the problems of the answer', async () => {
    const { file, apiCalls } = await worldOf((_seen, response) =>
      json(response, 404, {
        errors: [{ code: 'not-there', detail: 'It is not there.', traceId: 't' }],
      }),
    );
    const error = await fails(read(file));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      message: 'getReport failed: 404 not-there · It is not there. · trace t',
      status: 404,
      code: 'not-there',
      traceId: 't',
    });
    expect(apiCalls()).toHaveLength(1);
    expect(await files()).toEqual([]);
  });

  it('renews a token that was refused, once', async () => {
    const { file, apiCalls, tokenCalls } = await worldOf((_seen, response, before) =>
      before === 0 ? json(response, 401, {}) : response.writeHead(200).end('{"a":1}'),
    );
    await read(file);
    expect(apiCalls().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(tokenCalls()).toHaveLength(2);
  });

  it('repeats what the server was too busy for', async () => {
    const { file, apiCalls } = await worldOf((_seen, response, before) =>
      before < 2 ? json(response, 503, {}) : response.writeHead(200).end('{"a":1}'),
    );
    await read(file);
    expect(apiCalls()).toHaveLength(3);
  });

  it('follows no redirect', async () => {
    const { file } = await worldOf((_seen, response) =>
      response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
    );
    expect(await fails(read(file))).toMatchObject({ reason: 'redirected', status: 302 });
    expect(await files()).toEqual([]);
  });

  it('refuses a controller where its signal should be', async () => {
    const { api } = await worldOf(giving(CSV));
    const signal = new AbortController() as unknown as AbortSignal;
    expect(() => download(api.getReport, {}, { signal }).stream()).toThrow(
      "'signal' must be an AbortSignal",
    );
  });

  it('ends with its signal before anything is sent', async () => {
    const { api, apiCalls, tokenCalls } = await worldOf(giving(CSV));
    const reason = new Error('not now');
    const file = download(api.getReport, {}, { signal: AbortSignal.abort(reason) });
    expect(await fails(read(file))).toBe(reason);
    expect([apiCalls().length, tokenCalls().length]).toEqual([0, 0]);
    expect(await files()).toEqual([]);
  });
});

describe('an error in place of a file', () => {
  /** An error answer of which more is announced than comes; it knows whether its connection was closed. */
  const beginning = (
    headers: Record<string, string> = {},
    then: (response: ServerResponse) => void = () => {},
  ): { readonly handler: Handler; readonly closed: () => number } => {
    let closed = 0;
    return {
      handler: (_seen, response) => {
        response.on('close', () => (closed += 1));
        response.writeHead(409, { 'content-length': '1000', ...headers });
        response.write('{"errors":[', () => then(response));
      },
      closed: () => closed,
    };
  };

  it('that stalls ends with its attempt, and its connection too', async () => {
    const clock = manualClock();
    const { handler, closed } = beginning();
    const { api, apiCalls } = await worldOf(handler, { clock });
    const options = { attemptTimeoutMs: 1_000, retry: { limit: 0 } };
    const failed = fails(listed(download(api.getReport, {}, options)));
    await vi.waitFor(() => expect(apiCalls()).toHaveLength(1));
    await clock.advance(1_000);
    expect(await failed).toMatchObject({ name: 'TimeoutError', limitMs: 1_000 });
    await vi.waitFor(() => expect(closed()).toBe(1));
  });

  it('that cannot be inflated closes its connection', async () => {
    const { handler, closed } = beginning({ 'content-encoding': 'unknown' });
    const { file } = await worldOf(handler);
    expect(await fails(listed(file))).toMatchObject({ name: 'ResponseError', status: 409 });
    await vi.waitFor(() => expect(closed()).toBe(1));
  });

  it('that breaks is a network fault, through a proxy or an axios of your own, too', async () => {
    const { handler } = beginning({}, (response) => response.destroy());
    const { client, connect } = await worldOf(handler);
    for (const own of [proxyFromEnv({ HTTPS_PROXY: 'http://127.0.0.1:1' }), axios.create()]) {
      const api = new ReportApi(connect({ axios: own, tokens: client.tokens }));
      const failed = fails(listed(download(api.getReport, {}, { retry: { limit: 0 } })));
      expect(await failed).toMatchObject({ name: 'ConnectionError', outcome: 'unknown' });
    }
  });
});

describe('a file under a path', () => {
  it('is there when it is whole, and nothing beside it', async () => {
    const { handler, last } = hand();
    const { api } = await worldOf(handler);
    const during: string[][] = [];
    const onProgress = ({ bytes }: DownloadProgress): void => {
      if (bytes === CSV.length) return;
      files().then((names) => {
        during.push(names);
        last().end(CSV.slice(8));
      });
    };
    const saved = await download(api.getReport, {}, { onProgress }).saveTo(path());
    expect(saved).toEqual({ path: path(), bytes: CSV.length });
    expect(during).toEqual([[expect.stringMatching(/^report\.csv\.[0-9a-f]{8}\.part$/)]]);
    expect(await files()).toEqual(['report.csv']);
    expect(await readFile(path(), 'utf8')).toBe(CSV);
  });

  it('replaces an older one, which stays until then', async () => {
    await writeFile(path(), 'an older and longer file of the same name');
    const { handler, last } = hand();
    const { api } = await worldOf(handler);
    const during: string[] = [];
    const onProgress = ({ bytes }: DownloadProgress): void => {
      if (bytes === CSV.length) return;
      readFile(path(), 'utf8').then((text) => {
        during.push(text);
        last().end(CSV.slice(8));
      });
    };
    await download(api.getReport, {}, { onProgress }).saveTo(path());
    expect(during).toEqual(['an older and longer file of the same name']);
    expect(await files()).toEqual(['report.csv']);
    expect(await readFile(path(), 'utf8')).toBe(CSV);
  });

  it('leaves an older one as it is where it fails', async () => {
    await writeFile(path(), 'older');
    const { file } = await worldOf((_seen, response) => json(response, 404, {}));
    await fails(file.saveTo(path()));
    expect(await files()).toEqual(['report.csv']);
    expect(await readFile(path(), 'utf8')).toBe('older');
  });

  it('is whole, whoever else saves one there at the same time', async () => {
    const { api } = await worldOf((seen, response) =>
      response.writeHead(200).end(seen.url.repeat(9_999)),
    );
    const ids = ['1', '2', '3', '4'];
    await Promise.all(ids.map((id) => download(api.getReport, { id }).saveTo(path())));
    expect(await files()).toEqual(['report.csv']);
    const whole = ids.map((id) => `/v/report?id=${id}`.repeat(9_999));
    expect(whole).toContain(await readFile(path(), 'utf8'));
  });

  it('is not asked for where it cannot be written', async () => {
    const { file, apiCalls } = await worldOf(giving(CSV));
    const missing = join(folder, 'missing', 'report.csv');
    const error = await fails(file.saveTo(missing));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({
      message: `getReport: '${missing}' cannot be written: there is no folder '${dirname(missing)}'.`,
      operation: 'getReport',
      retryable: false,
    });
    expect(String(await fails(file.saveTo('')))).toContain('it is no path');
    expect(apiCalls()).toHaveLength(0);
  });

  it('replaces no folder', async () => {
    await mkdir(path());
    await writeFile(join(path(), 'inside'), 'it');
    const { file } = await worldOf(giving(CSV));
    const error = await fails(file.saveTo(path()));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain('a folder stands there.');
    expect(await files()).toEqual(['report.csv']);
    expect(await readdir(path())).toEqual(['inside']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('of the caller');
      },
    ],
    ['rejects', () => Promise.reject(new Error('of the caller'))],
  ])('is saved although what watches it %s: that is a warning', async (_what, onProgress) => {
    const events: SdkEvent[] = [];
    const { api } = await worldOf(giving(CSV), { observe: (event) => events.push(event) });
    const { bytes } = await download(api.getReport, {}, { onProgress }).saveTo(path());
    expect(bytes).toBe(CSV.length);
    expect(events.filter(({ type }) => type === 'warning')).toContainEqual({
      type: 'warning',
      message: 'getReport: onProgress failed; the work goes on.',
    });
  });
});

describe('a connection that breaks in the middle', () => {
  const breaking = async (
    options: Parameters<typeof worldOf>[1] = {},
  ): Promise<World & ReturnType<typeof hand> & { readonly onProgress: () => void }> => {
    const server = hand();
    const world = await worldOf(server.handler, options);
    // Not before the client has what came, so that it does not break elsewhere.
    return { ...world, ...server, onProgress: () => server.last().destroy() };
  };

  it.each(STREAMED.filter(([way]) => way !== 'saveTo'))(
    'fails what has given some of it away: %s',
    async (_way, read) => {
      const { api, apiCalls, onProgress } = await breaking();
      const error = await fails(read(download(api.getReport, {}, { onProgress })));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).not.toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ operation: 'getReport', attempts: 1, retryable: true });
      expect(String(error)).toMatch(
        /^ConnectionError: getReport failed: .* at 127\.0\.0\.1:\d+\.$/,
      );
      expect(apiCalls()).toHaveLength(1);
    },
  );

  it('gives what came in front of it', async () => {
    const { api, onProgress } = await breaking();
    const rows: object[] = [];
    const read = async (): Promise<void> => {
      for await (const row of download(api.getReport, {}, { onProgress }).rows()) rows.push(row);
    };
    expect(await fails(read())).toBeInstanceOf(ConnectionError);
    expect(rows).toEqual(ROWS.slice(0, 1));
  });

  it('lets a file begin anew, and have every byte once', async () => {
    const { api, last, responses, apiCalls } = await breaking();
    const told: number[] = [];
    const onProgress = ({ bytes }: DownloadProgress): void => {
      told.push(bytes);
      if (bytes === CSV.length) return;
      if (responses.length < 4) last().destroy();
      else last().end(CSV.slice(8));
    };
    const saved = await download(api.getReport, {}, { onProgress }).saveTo(path());
    expect(saved.bytes).toBe(CSV.length);
    expect(await readFile(path(), 'utf8')).toBe(CSV);
    expect(await files()).toEqual(['report.csv']);
    expect(told).toEqual([8, 8, 8, 8, CSV.length]);
    expect(apiCalls()).toHaveLength(4);
  });

  it('lets no file begin anew where nothing is repeated', async () => {
    const { api, apiCalls, onProgress } = await breaking();
    const options = { onProgress, retry: { limit: 0 } };
    const error = await fails(download(api.getReport, {}, options).saveTo(path()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(apiCalls()).toHaveLength(1);
  });

  it('fails a file behind three times more', async () => {
    const { api, apiCalls, onProgress } = await breaking();
    const error = await fails(download(api.getReport, {}, { onProgress }).saveTo(path()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ attempts: 4, outcome: 'unknown' });
    expect(apiCalls()).toHaveLength(4);
    expect(await files()).toEqual([]);
  });

  it('is told of a file that begins anew and then fails otherwise', async () => {
    const { handler, last } = hand();
    const { api } = await worldOf((seen, response, before) => {
      if (before === 0) handler(seen, response, before);
      else json(response, 409, {});
    });
    const onProgress = (): void => void last().destroy();
    const error = await fails(download(api.getReport, {}, { onProgress }).saveTo(path()));
    expect(error).toMatchObject({ name: 'ApiError', status: 409, attempts: 2, outcome: 'unknown' });
  });

  it('lets a POST that only reads begin anew, and no other', async () => {
    const { api, apiCalls, onProgress } = await breaking();
    const read = download(api.queryReport, { body: {} }, { onProgress });
    expect(await fails(read.saveTo(path()))).toBeInstanceOf(ConnectionError);
    expect(apiCalls()).toHaveLength(4);
    for (const write of [api.makeReport, api.resetReport]) {
      const written = download(write, { body: {} }, { onProgress });
      expect(await fails(written.saveTo(path()))).toBeInstanceOf(ConnectionError);
    }
    expect(apiCalls()).toHaveLength(6);
    expect(await files()).toEqual([]);
  });

  it('lets a file begin anew behind a head of which no byte followed', async () => {
    const server = hand();
    const seenHeads = (event: { readonly type: string; readonly status?: number }): void => {
      if (event.type === 'attempt' && server.responses.length === 1) server.last().destroy();
    };
    const { file, apiCalls } = await worldOf(
      (seen, response, before) => {
        if (before > 0) return giving(CSV)(seen, response, before);
        server.responses.push(response);
        response.writeHead(200, { 'content-length': CSV.length }).flushHeaders();
      },
      { observe: seenHeads },
    );
    expect(await file.saveTo(path())).toMatchObject({ bytes: CSV.length });
    expect(apiCalls()).toHaveLength(2);
  });

  it('is one in the middle of a gzip, too', async () => {
    const body = gzipSync(
      Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7919) % 251)),
    );
    const responses: ServerResponse[] = [];
    const { api } = await worldOf((_seen, response) => {
      responses.push(response);
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length });
      response.write(body.subarray(0, body.length - 9));
    });
    const onProgress = (): void => void responses.at(-1)?.destroy();
    const file = download(api.getReport, {}, { onProgress });
    expect(await fails(listed(file))).toBeInstanceOf(ConnectionError);
    expect(await fails(file.saveTo(path()))).toBeInstanceOf(ConnectionError);
    expect(await files()).toEqual([]);
  });

  it('is none: a gzip that ends too early', async () => {
    const body = gzipSync(CSV);
    const { file, apiCalls } = await worldOf(
      giving(body.subarray(0, body.length - 9), { 'content-encoding': 'gzip' }),
    );
    expect(await fails(file.saveTo(path()))).toMatchObject({
      name: 'ResponseError',
      reason: 'unreadable',
    });
    expect(apiCalls()).toHaveLength(1);
    expect(await files()).toEqual([]);
  });
});

describe('a server that goes silent', () => {
  it.each(STREAMED)('fails in 10 seconds without a byte: %s', async (way, read) => {
    const clock = manualClock();
    const { handler, closed, responses } = hand();
    const { api } = await worldOf(handler, { clock });
    const progress: number[] = [];
    const onProgress = ({ bytes }: DownloadProgress): void => void progress.push(bytes);
    // A POST that is not safe to repeat: a file that is saved does not begin anew.
    const failed = fails(read(download(api.makeReport, { body: {} }, { onProgress })));
    const settled = vi.fn();
    failed.then(settled);
    await vi.waitFor(() => expect(progress).toEqual([8]));
    await vi.waitFor(() => expect(clock.pending()).toBe(1));
    await clock.advance(9_999);
    expect(settled).not.toHaveBeenCalled();
    await clock.advance(1);
    const error = await failed;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message:
        'makeReport failed: no more bytes came within 10000 ms. The request may have been processed: look before you repeat it.',
      outcome: 'unknown',
      limitMs: 10_000,
      code: 'ETIMEDOUT',
    });
    expect(way === 'saveTo' ? await files() : []).toEqual([]);
    await vi.waitFor(() => expect(closed()).toBe(responses.length));
    expect(clock.pending()).toBe(0);
  });

  it('has 10 seconds anew with each byte', async () => {
    const clock = manualClock();
    const { handler, last } = hand();
    const { file } = await worldOf(handler, { clock });
    const chunks = file[Symbol.asyncIterator]();
    await chunks.next();
    for (const byte of CSV.slice(8)) {
      const next = chunks.next();
      await clock.advance(9_999);
      last().write(byte);
      expect(Buffer.from((await next).value ?? []).toString()).toBe(byte);
    }
    expect(await chunks.next()).toMatchObject({ done: true });
  });

  it('is not taken for one where the caller is slow', async () => {
    const clock = manualClock();
    const { handler, last } = hand();
    const { file } = await worldOf(handler, { clock });
    const chunks = file[Symbol.asyncIterator]();
    await chunks.next();
    expect(clock.pending()).toBe(0);
    await clock.advance(86_400_000);
    last().end(CSV.slice(8));
    expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe(CSV.slice(8));
    await clock.advance(86_400_000);
    expect(await chunks.next()).toMatchObject({ done: true });
  });

  it('lets a file begin anew', async () => {
    const clock = manualClock();
    const { handler, last, responses } = hand();
    const { api } = await worldOf(handler, { clock });
    const told: number[] = [];
    const onProgress = ({ bytes }: DownloadProgress): void => void told.push(bytes);
    const saved = download(api.getReport, {}, { onProgress }).saveTo(path());
    await vi.waitFor(() => expect([told, clock.pending()]).toEqual([[8], 1]));
    await clock.advance(10_000);
    // The pause before it begins anew.
    await vi.waitFor(() => expect(clock.pending()).toBe(1));
    await clock.advance(500);
    await vi.waitFor(() => expect(told).toEqual([8, 8]));
    expect(responses).toHaveLength(2);
    last().end(CSV.slice(8));
    expect(await saved).toMatchObject({ bytes: CSV.length });
    expect(await readFile(path(), 'utf8')).toBe(CSV);
  });
});

describe('a download that is given up', () => {
  it.each(STREAMED)(
    'by its signal rejects with the reason and closes the connection: %s',
    async (_way, read) => {
      const { handler, closed } = hand();
      const { api, apiCalls } = await worldOf(handler);
      const controller = new AbortController();
      const reason = new Error('enough');
      const onProgress = (): void => controller.abort(reason);
      const file = download(api.getReport, {}, { onProgress, signal: controller.signal });
      expect(await fails(read(file))).toBe(reason);
      await vi.waitFor(() => expect(closed()).toBe(1));
      expect(apiCalls()).toHaveLength(1);
      expect(await files()).toEqual([]);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    },
  );

  it('by its signal while it waits for more rejects at once', async () => {
    const { handler, closed } = hand();
    const { api } = await worldOf(handler);
    const controller = new AbortController();
    const chunks = download(api.getReport, {}, { signal: controller.signal })[
      Symbol.asyncIterator
    ]();
    await chunks.next();
    const next = fails(chunks.next());
    controller.abort();
    expect(await next).toBe(controller.signal.reason);
    await vi.waitFor(() => expect(closed()).toBe(1));
  });

  it('by its signal before the head closes the connection, too', async () => {
    const { api, server } = await worldOf(() => {});
    const controller = new AbortController();
    const failed = fails(listed(download(api.getReport, {}, { signal: controller.signal })));
    await vi.waitFor(() => expect(server.seen.some(({ url }) => url === '/v/report')).toBe(true));
    controller.abort();
    expect(await failed).toBe(controller.signal.reason);
  });

  it('by leaving the loop closes the connection', async () => {
    const { handler, closed } = hand();
    const { file } = await worldOf(handler);
    for await (const chunk of file) {
      expect(chunk).toHaveLength(8);
      break;
    }
    await vi.waitFor(() => expect(closed()).toBe(1));
    for await (const row of file.rows()) {
      expect(row).toEqual(ROWS[0]);
      break;
    }
    await vi.waitFor(() => expect(closed()).toBe(2));
    for await (const chunk of file.stream()) {
      expect(chunk).toHaveLength(8);
      break;
    }
    await vi.waitFor(() => expect(closed()).toBe(3));
  });

  it('by leaving the loop in the middle of a gzip closes the connection', async () => {
    let closed = 0;
    const body = gzipSync(
      Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 7919) % 251)),
    );
    const { file } = await worldOf((_seen, response) => {
      response.on('close', () => (closed += 1));
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(body.subarray(0, body.length - 9));
    });
    for await (const chunk of file) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await vi.waitFor(() => expect(closed).toBe(1));
  });

  it('by cancelling the stream closes the connection', async () => {
    const { handler, closed } = hand();
    const { file } = await worldOf(handler);
    const reader = file.stream().getReader();
    await reader.read();
    await reader.cancel();
    await vi.waitFor(() => expect(closed()).toBe(1));
  });

  it('by cancelling the stream while it waits for more closes the connection at once', async () => {
    const { handler, closed } = hand();
    // Time stands still: nothing else ends it.
    const clock = manualClock();
    const { file } = await worldOf(handler, { clock });
    const reader = file.stream().getReader();
    await reader.read();
    const waiting = reader.read();
    await vi.waitFor(() => expect(clock.pending()).toBe(1));
    reader.cancel().catch(() => {});
    await vi.waitFor(() => expect(closed()).toBe(1));
    expect(await waiting).toMatchObject({ done: true });
  });

  it('by cancelling a stream that nobody read sends nothing', async () => {
    const { file, apiCalls } = await worldOf(giving(CSV));
    await file.stream().cancel();
    expect(apiCalls()).toHaveLength(0);
  });
});

describe('a checksum', () => {
  const sum = createHash('md5').update(CSV);
  const hex = sum.copy().digest('hex');
  const base64 = sum.copy().digest('base64');

  it.each([
    ['hexadecimal', hex],
    ['hexadecimal in capitals', hex.toUpperCase()],
    ['base64', base64],
  ])('that fits, in %s, says nothing', async (_how, md5) => {
    const { client } = await worldOf(giving(CSV));
    const file = fileOf(client, getReport, {}, {}, { md5 });
    expect(await file.text()).toBe(CSV);
    expect(await textOf(file)).toBe(CSV);
    expect(await listed(file.rows())).toEqual(ROWS);
    expect(await file.saveTo(path())).toMatchObject({ bytes: CSV.length });
  });

  it('is of what was inflated', async () => {
    const { client } = await worldOf(giving(gzipSync(CSV), { 'content-encoding': 'gzip' }));
    expect(await fileOf(client, getReport, {}, {}, { md5: hex }).text()).toBe(CSV);
  });

  it.each(WAYS)('that does not fit fails the file, and leaves none: %s', async (_way, read) => {
    const { client, apiCalls } = await worldOf(giving(CSV.replace('4', '5')));
    const error = await fails(read(fileOf(client, getReport, {}, {}, { md5: hex })));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({
      message: 'getReport failed: the 12 bytes that came are not the file that its checksum is of.',
      operation: 'getReport',
      reason: 'checksum',
      attempts: 1,
      outcome: 'answered',
      retryable: true,
      hint: 'Ask for the file again; if that is no help, pass verify: false to runJob, or to resumeJob with its id.',
    });
    expect(apiCalls()).toHaveLength(1);
    expect(await files()).toEqual([]);
  });

  it('of a file that began anew is of its last bytes alone', async () => {
    const { handler, last, responses } = hand();
    const { client } = await worldOf(handler);
    const onProgress = ({ bytes }: DownloadProgress): void => {
      if (bytes === CSV.length) return;
      if (responses.length === 1) last().destroy();
      else last().end(CSV.slice(8));
    };
    const file = fileOf(client, getReport, {}, { onProgress }, { md5: hex });
    expect(await file.saveTo(path())).toMatchObject({ bytes: CSV.length });
  });
});

describe('download', () => {
  it('refuses a function around a method, whatever that has', async () => {
    const { api, apiCalls } = await worldOf(giving(CSV));
    const wrapped = Object.assign(() => api.getReport(), { operation: getReport });
    expect(() => download(wrapped)).toThrow(ConfigError);
    expect(() => download(wrapped)).toThrow(
      'download takes a method of a client, and got a function.',
    );
    expect(apiCalls()).toHaveLength(0);
  });

  it('refuses a parameter that the operation does not have', async () => {
    const { api, apiCalls } = await worldOf(giving(CSV));
    const params = { id: '1', other: '2' };
    expect(await fails(download(api.getReport, params).text())).toBeInstanceOf(ConfigError);
    expect(apiCalls()).toHaveLength(0);
  });
});

describe.each<[string, () => AxiosInstance]>([
  ['node:http', () => axios.create()],
  ['fetch', () => axios.create({ adapter: 'fetch' })],
])("a user's own axios over %s", (_adapter, make) => {
  const own = (handler: Handler): Promise<World> => worldOf(handler, { axios: make() });

  it('streams a file on each way', async () => {
    const { file } = await own(giving(gzipSync(CSV), { 'content-encoding': 'gzip' }));
    expect(await file.text()).toBe(CSV);
    expect(await textOf(file)).toBe(CSV);
    expect(await textOf(file.stream())).toBe(CSV);
    expect(await listed(file.rows())).toEqual(ROWS);
    await file.saveTo(path());
    expect(await readFile(path(), 'utf8')).toBe(CSV);
  });

  it('gives what came while more is to come', async () => {
    const { handler, last } = hand();
    const { file } = await own(handler);
    const rows = file.rows()[Symbol.asyncIterator]();
    expect(await rows.next()).toEqual({ done: false, value: ROWS[0] });
    last().end(CSV.slice(8));
    expect(await rows.next()).toEqual({ done: false, value: ROWS[1] });
    expect(await rows.next()).toMatchObject({ done: true });
  });

  it('tells the problems of an answer', async () => {
    const { file } = await own((_seen, response) =>
      json(response, 404, { errors: [{ code: 'not-there' }] }),
    );
    expect(await fails(listed(file))).toMatchObject({ status: 404, code: 'not-there' });
  });

  it('repeats what the server was too busy for, and renews a token', async () => {
    const { file, apiCalls, tokenCalls } = await own((_seen, response, before) =>
      before < 2 ? json(response, [503, 401][before] ?? 0, {}) : response.writeHead(200).end(CSV),
    );
    expect(await textOf(file)).toBe(CSV);
    expect([apiCalls().length, tokenCalls().length]).toEqual([3, 2]);
  });

  it('gives an empty file for an answer without content', async () => {
    const { file } = await own((_seen, response) => response.writeHead(204).end());
    expect(await file.bytes()).toEqual(new Uint8Array());
    expect(await listed(file)).toEqual([]);
    expect(await file.saveTo(path())).toMatchObject({ bytes: 0 });
  });

  it('fails with a ConnectionError where the connection breaks, and begins a file anew', async () => {
    const { handler, last, responses } = hand();
    const { api } = await own(handler);
    const onProgress = ({ bytes }: DownloadProgress): void => {
      if (bytes === CSV.length) return;
      if (responses.length < 3) last().destroy();
      else last().end(CSV.slice(8));
    };
    const file = download(api.getReport, {}, { onProgress });
    expect(await fails(listed(file))).toBeInstanceOf(ConnectionError);
    expect(await file.saveTo(path())).toMatchObject({ bytes: CSV.length });
    expect(responses).toHaveLength(3);
  });

  it('closes the connection that is left', async () => {
    const { handler, closed } = hand();
    const { api, file } = await own(handler);
    for await (const chunk of file) {
      expect(chunk).toHaveLength(8);
      break;
    }
    await vi.waitFor(() => expect(closed()).toBe(1));
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const aborted = download(api.getReport, {}, { onProgress, signal: controller.signal });
    expect(await fails(listed(aborted))).toBe(controller.signal.reason);
    await vi.waitFor(() => expect(closed()).toBe(2));
  });
});

describe("a user's own axios that gives no stream", () => {
  it('is told', async () => {
    const { client, connect } = await worldOf(giving(CSV));
    const own = axios.create({
      adapter: async (config) => ({ data: CSV, status: 200, statusText: '', headers: {}, config }),
    });
    const api = new ReportApi(connect({ axios: own, tokens: client.tokens }));
    const error = await fails(listed(download(api.getReport)));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ reason: 'unreadable', retryable: false });
    expect(String(error)).toContain(
      "the axios instance gives no stream; leave its answer as it is, in a browser with adapter: 'fetch'",
    );
  });
});

describe('where files have no paths', () => {
  it('nothing is saved or read by a path', async () => {
    const error = await fails(saveFile('getReport', path(), new Blob([CSV]).stream()));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({
      message: 'getReport: there are no files on this platform.',
      operation: 'getReport',
      hint: 'Use stream(), bytes() or rows().',
    });
    expect(await fails(readPath(path()))).toMatchObject({
      name: 'ConfigError',
      message: 'fileFrom: there are no files on this platform.',
      hint: 'Pass a Blob, bytes or a stream.',
    });
  });

  it('no checksum is held against anything', () => {
    expect(createMd5()).toBeUndefined();
  });
});
