import { createMd5, saveFile } from '#files';
import { transportOf } from './api.js';
import { webStream } from './byte-stream.js';
import { RowError } from './csv.js';
import { ConfigError, ConnectionError, ResponseError } from './errors.js';
import { parseJson, whyNotJson } from './json.js';
import type { Arguments, Call, CallOptions, Operation, Transport } from './operation.js';
import { type Row, type RowOptions, readRows } from './rows.js';

/** A method whose answer is a file. */
export type FileMethod<P> = ((...args: Arguments<P>) => Call<Uint8Array | undefined>) & {
  readonly operation: Operation<P, Uint8Array | undefined>;
};

export interface DownloadOptions extends CallOptions {
  /** Called as bytes come. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

export interface DownloadProgress {
  readonly bytes: number;
  /** Known of a job's output only. */
  readonly totalBytes: number | undefined;
}

export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * A file of the API. Each way to read it asks for it anew, and nothing before that. An answer without content
 * is an empty file. Where the API told a checksum, the file is held against it; only Node, Bun and Deno can.
 * @throws {ResponseError} for a file that is not what its checksum says, or cannot be read as what was asked for
 */
export interface Download extends AsyncIterable<Uint8Array> {
  /** The whole file; at most 50 MiB. */
  bytes(): Promise<Uint8Array>;
  /** The whole file as UTF-8, without a byte order mark. */
  text(): Promise<string>;
  json<T = unknown>(): Promise<T>;
  /** The bytes as they come, as fast as they are taken. It fails if none comes for 10 seconds. */
  stream(): ReadableStream<Uint8Array>;
  /**
   * Rows of CSV, newline-delimited JSON or a JSON array; the first two as they come, whatever their size.
   * @example for await (const row of file.rows()) console.log(row['campaignId']);
   */
  rows<T extends object = Row>(options?: RowOptions): AsyncIterable<T>;
  /** Writes a file that is there only when it is whole, replacing one of that name. Node, Bun and Deno only. */
  saveTo(path: string): Promise<SavedFile>;
}

/** `params` may be left out where all of its members may. */
// biome-ignore lint/complexity/noBannedTypes: `{} extends P` asks whether every member is optional
export type DownloadArguments<P> = {} extends P
  ? [params?: P, options?: DownloadOptions]
  : [params: P, options?: DownloadOptions];

/**
 * The file that an operation answers with.
 * @example await download(client.analytics.getAdSetReport, { body }).saveTo('report.csv');
 */
export const download = <P>(
  method: FileMethod<P>,
  ...[params, options = {}]: DownloadArguments<P>
): Download => fileOf(transportOf(method), method.operation, params ?? {}, options);

/** What a job told of its output. */
export interface Expected {
  readonly md5?: string | undefined;
  readonly totalBytes?: number | undefined;
}

export const fileOf = <P>(
  transport: Transport,
  operation: Operation<P, Uint8Array | undefined>,
  params: object,
  { onProgress, ...options }: DownloadOptions,
  expected: Expected = {},
): Download => {
  const call = <R>(response: 'bytes' | 'stream', signal = options.signal): Promise<R> =>
    transport.call<object, R>({ ...operation, response } as Operation<object, R>, params, {
      ...options,
      signal,
    });
  const start = (): Inspection => inspection(operation, expected, onProgress);

  async function* chunks({
    onHead,
    signal,
  }: Chunks = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { take, finish } = start();
    const stream = await call<AsyncIterable<Uint8Array> | undefined>('stream', signal);
    onHead?.();
    for await (const chunk of stream ?? []) {
      take(chunk);
      yield chunk;
    }
    finish();
  }
  const bytes = async (): Promise<Uint8Array> => {
    const { take, finish } = start();
    const whole = (await call<Uint8Array | undefined>('bytes')) ?? new Uint8Array();
    take(whole);
    finish();
    return whole;
  };
  const text = async (): Promise<string> => new TextDecoder().decode(await bytes());
  async function* rows(rowOptions: RowOptions = {}): AsyncGenerator<Row, void, undefined> {
    if (rowOptions.delimiter !== undefined && !/^[^"\r\n]$/.test(rowOptions.delimiter))
      throw new ConfigError("'delimiter' must be one character, and no quote or line end.");
    try {
      yield* readRows(chunks(), rowOptions);
    } catch (error) {
      throw error instanceof RowError ? unreadableRow(operation, error) : error;
    }
  }
  return {
    [Symbol.asyncIterator]: () => chunks(),
    bytes,
    text,
    json: async <T>() => jsonOf(operation, await text()) as T,
    stream: () => {
      const left = new AbortController();
      const own = options.signal ? [options.signal] : [];
      const signal = AbortSignal.any([...own, left.signal]);
      return webStream(chunks({ signal }), () => left.abort());
    },
    rows: <T extends object>(rowOptions?: RowOptions) =>
      rows(rowOptions) as AsyncIterable<never> as AsyncIterable<T>,
    saveTo: async (path) => ({ path, bytes: await saveWhole(operation, path, chunks) }),
  };
};

interface Chunks {
  readonly onHead?: () => void;
  readonly signal?: AbortSignal;
}

interface Inspection {
  readonly take: (chunk: Uint8Array) => void;
  readonly finish: () => void;
}

/** Counts and sums up what comes, and holds it against what was told. */
const inspection = (
  { id }: Operation,
  { md5, totalBytes }: Expected,
  onProgress: DownloadOptions['onProgress'],
): Inspection => {
  const sum = md5 === undefined ? undefined : createMd5();
  let bytes = 0;
  return {
    take: (chunk) => {
      bytes += chunk.length;
      sum?.update(chunk);
      onProgress?.({ bytes, totalBytes });
    },
    finish: () => {
      if (sum === undefined || sum.matches(md5 ?? '')) return;
      throw new ResponseError(
        `${id} failed: the ${bytes} bytes that came are not the file that its checksum is of.`,
        {
          operation: id,
          reason: 'checksum',
          retryable: true,
          hint: 'Ask for the file again.',
        },
      );
    },
  };
};

const MOST_RESTARTS = 3;

/** A connection that breaks in the middle begins anew: nothing of the file has been given away yet. */
const saveWhole = async (
  { id, method, safeToRetry = method === 'GET' }: Operation,
  path: string,
  chunks: (of: Chunks) => AsyncIterable<Uint8Array>,
): Promise<number> => {
  for (let restart = 0; ; restart += 1) {
    let hasBegun = false;
    const onHead = (): void => {
      hasBegun = true;
    };
    try {
      return await saveFile(id, path, chunks({ onHead }));
    } catch (error) {
      const isBroken = hasBegun && error instanceof ConnectionError;
      if (!isBroken || !safeToRetry || restart >= MOST_RESTARTS) throw error;
    }
  }
};

const jsonOf = (operation: Operation, text: string): unknown => {
  const reading = parseJson(text);
  if (reading.ok) return reading.value;
  throw unreadable(operation, whyNotJson(reading));
};

const unreadableRow = (operation: Operation, { row, message }: RowError): ResponseError =>
  unreadable(operation, row === 0 ? message : `in row ${row}: ${message}`);

const unreadable = ({ id }: Operation, why: string): ResponseError =>
  new ResponseError(`${id} failed: the file cannot be read: ${why}.`, {
    operation: id,
    reason: 'unreadable',
    hint: 'bytes() and saveTo() give it as it is.',
  });
