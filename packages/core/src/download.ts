import { checkTarget, createMd5, saveFile } from '#files';
import { onAbort } from './abort.js';
import { type Need, transportOf } from './api.js';
import { webStream } from './byte-stream.js';
import { RowError } from './csv.js';
import { ConfigError, ConnectionError, ResponseError } from './errors.js';
import { runHook } from './hooks.js';
import { faultOfJson, parseJson } from './json.js';
import type { Arguments, Call, CallOptions, Operation, Transport } from './operation.js';
import { checkSignal } from './options.js';
import { isRead } from './outcome.js';
import { ownData, ownFields } from './own.js';
import { type CsvRow, type Row, type RowOptions, readRows } from './rows.js';
import { sleep } from './time.js';
import { toolsOf } from './transport-tools.js';

/** A method whose answer is a file. */
export type FileMethod<P> = ((...args: Arguments<P>) => Call<Uint8Array | undefined>) & {
  readonly operation: Operation<P, Uint8Array | undefined>;
};

export interface DownloadOptions extends CallOptions {
  /** Called as bytes come. What it throws is a warning, and no failure. */
  readonly onProgress?: ((progress: DownloadProgress) => unknown) | undefined;
}

export interface DownloadProgress {
  readonly bytes: number;
  /** Known of a job's output only. */
  readonly totalBytes: number | undefined;
}

/** `Uint8Array`, with the buffer that the compiler's version gives it. */
export type Bytes = ReturnType<typeof Uint8Array.from>;

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
  bytes(): Promise<Bytes>;
  /** The whole file as UTF-8, without a byte order mark. */
  text(): Promise<string>;
  json<T = unknown>(): Promise<T>;
  /** The bytes as they come, as fast as they are taken. It fails if none comes for 10 seconds. */
  stream(): ReadableStream<Bytes>;
  /**
   * Rows of CSV, newline-delimited JSON or a JSON array; the first two as they come, whatever their size. They come
   * before the end of the file, and so its checksum, is known: what a loop did counts when the loop has ended.
   * Values of CSV are texts. `T` is not checked.
   * @example for await (const row of file.rows()) console.log(row['campaignId']);
   */
  rows(options: RowOptions & { readonly format: 'csv' }): AsyncIterable<CsvRow>;
  rows<T extends object = Row>(options?: RowOptions): AsyncIterable<T>;
  /**
   * Writes a file that is there only when it is whole, replacing one of that name. A connection that breaks in the
   * middle begins anew, at most three times, or `retry.limit`. Node, Bun and Deno only.
   */
  saveTo(path: string): Promise<SavedFile>;
}

/** `params` may be left out where all of its members may. */
export type DownloadArguments<P> = Arguments<P, DownloadOptions>;

/**
 * The file that an operation answers with.
 * @example await download(client.analytics.getAdSetReport, { body }).saveTo('report.csv');
 */
export const download = <P>(
  method: FileMethod<P>,
  ...[params, options = {}]: DownloadArguments<P>
): Download => fileOf(transportOf(method, FILE), method.operation, params ?? {}, options);

const FILE: Need = {
  helper: 'download',
  fits: ({ response }) => response === 'bytes',
  otherwise: 'does not answer with a file; await it, or use runJob if it creates a report.',
};

/** What a job told of its output. */
export interface Expected {
  readonly md5?: string | undefined;
  readonly totalBytes?: number | undefined;
}

export const fileOf = <P>(
  transport: Transport,
  stated: Operation<P, Uint8Array | undefined>,
  params: object,
  given: DownloadOptions,
  told: Expected = {},
): Download => {
  const expected = ownFields(told);
  const operation = ownData(stated);
  const options = ownFields(given);
  const { onProgress } = options;
  const call = <R>(response: 'bytes' | 'stream', signal: AbortSignal | undefined): Promise<R> =>
    transport.call<object, R>({ ...operation, response } as Operation<object, R>, params, {
      ...options,
      signal,
    });
  const tell = guarded(transport, operation, onProgress);
  const start = (): Inspection => inspection(operation, expected, tell);

  async function* chunks(
    onHead = (): void => {},
    signal = options.signal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { take, finish } = start();
    const stream = await call<AsyncIterable<Uint8Array> | undefined>('stream', signal);
    onHead();
    for await (const chunk of stream ?? []) {
      take(chunk);
      yield chunk;
    }
    finish();
  }
  const bytes = async (): Promise<Bytes> => {
    const { take, finish } = start();
    const whole = (await call<Uint8Array | undefined>('bytes', options.signal)) ?? new Uint8Array();
    take(whole);
    finish();
    return whole as Bytes;
  };
  const text = async (): Promise<string> => {
    const whole = await bytes();
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(whole);
    } catch {
      throw unreadable(operation, 'it is no text in UTF-8');
    }
  };
  // Not AbortSignal.any: in Node 20 what it makes stays as long as the caller's signal.
  async function* chunksUntil(left: AbortController): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal } = options;
    const forget = signal && onAbort(signal, () => left.abort(signal.reason));
    try {
      yield* chunks(undefined, left.signal);
    } finally {
      forget?.();
    }
  }
  async function* rows(asked: RowOptions = {}): AsyncGenerator<Row, void, undefined> {
    const rowOptions = ownFields(asked);
    if (rowOptions.delimiter !== undefined && !/^[^"\r\n]$/.test(rowOptions.delimiter))
      throw new ConfigError(
        `${operation.id}: 'delimiter' must be one character, and no quote or line end.`,
        { operation: operation.id },
      );
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
      checkSignal(operation.id, options.signal);
      const left = new AbortController();
      return webStream(chunksUntil(left), () => left.abort()) as ReadableStream<Bytes>;
    },
    rows: (rowOptions?: RowOptions) => rows(rowOptions) as AsyncIterable<never>,
    saveTo: async (path) => {
      await checkTarget(operation.id, path);
      const { clock } = toolsOf(transport);
      const signal = options.signal ?? new AbortController().signal;
      const pause = (ms: number): Promise<void> => sleep(clock, ms, signal);
      const most = Math.min(MOST_RESTARTS, ownFields(options.retry ?? {}).limit ?? MOST_RESTARTS);
      return { path, bytes: await saveWhole(operation, path, chunks, { most, pause }) };
    },
  };
};

/** A hook of the user's that cannot fail the work: it may have cost a job. */
export const guarded = <T>(
  transport: Transport,
  { id }: Pick<Operation, 'id'>,
  hook: ((value: T) => unknown) | undefined,
): ((value: T) => void) => {
  const warn = (): void =>
    toolsOf(transport).tell({
      type: 'warning',
      message: `${id}: onProgress failed; the work goes on.`,
    });
  return (value) => runHook(() => hook?.(value), warn);
};

interface Inspection {
  readonly take: (chunk: Uint8Array) => void;
  readonly finish: () => void;
}

/** Counts and sums up what comes, and holds it against what was told. */
const inspection = (
  { id }: Operation,
  { md5, totalBytes }: Expected,
  onProgress: (progress: DownloadProgress) => void,
): Inspection => {
  const sum = md5 === undefined ? undefined : createMd5();
  let bytes = 0;
  return {
    take: (chunk) => {
      bytes += chunk.length;
      sum?.update(chunk);
      onProgress({ bytes, totalBytes });
    },
    finish: () => {
      if (sum === undefined || sum.matches(md5 ?? '')) return;
      throw new ResponseError(
        `${id} failed: the ${bytes} bytes that came are not the file that its checksum is of.`,
        {
          operation: id,
          reason: 'checksum',
          retryable: true,
          hint: 'Ask for the file again; if that is no help, pass verify: false to runJob, or to resumeJob with its id.',
        },
      );
    },
  };
};

const MOST_RESTARTS = 3;
const FIRST_PAUSE_MS = 500;

interface Restarts {
  readonly most: number;
  readonly pause: (ms: number) => Promise<void>;
}

/** A connection that breaks in the middle begins anew: nothing of the file has been given away yet. */
const saveWhole = async (
  operation: Operation,
  path: string,
  chunks: (onHead: () => void) => AsyncIterable<Uint8Array>,
  { most, pause }: Restarts,
): Promise<number> => {
  for (let restart = 0; ; restart += 1) {
    let hasBegun = false;
    const onHead = (): void => {
      hasBegun = true;
    };
    try {
      return await saveFile(operation.id, path, chunks(onHead));
    } catch (error) {
      const isBroken = hasBegun && error instanceof ConnectionError;
      if (!isBroken || !isRead(operation) || restart >= most) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** restart);
    }
  }
};

const jsonOf = (operation: Operation, text: string): unknown => {
  const reading = parseJson(text);
  if (reading.ok) return reading.value;
  const { reason, why } = faultOfJson(reading);
  throw unreadable(operation, why, reason);
};

const unreadableRow = (operation: Operation, { row, message, reason }: RowError): ResponseError =>
  unreadable(operation, row === 0 ? message : `in row ${row}: ${message}`, reason);

const unreadable = (
  { id }: Operation,
  why: string,
  reason: RowError['reason'] = 'unreadable',
): ResponseError =>
  new ResponseError(`${id} failed: the file cannot be read: ${why}.`, {
    operation: id,
    reason,
    hint: 'bytes() and saveTo() give it as it is, json() and text() as what they are.',
  });
