import { checkTarget, createMd5, saveFile } from '#files';
import { onAbort } from './abort.js';
import { type Need, transportOf } from './api.js';
import { webStream } from './byte-stream.js';
import { RowError } from './csv.js';
import { withFields } from './error-copy.js';
import {
  ConfigError,
  ConnectionError,
  type ErrorFields,
  ResponseError,
  SdkError,
} from './errors.js';
import { runHook } from './hooks.js';
import { faultOfJson, parseJson } from './json.js';
import type { Arguments, Call, CallOptions, Operation, Transport } from './operation.js';
import { checkSignal } from './options.js';
import { isRead, noteOf, together } from './outcome.js';
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
  const { onProgress, ...ofCalls } = ownFields(given);
  const options: CallOptions = ownFields(ofCalls);
  const call = async <R>(
    response: 'bytes' | 'stream',
    signal: AbortSignal | undefined,
  ): Promise<Came<R>> => {
    const asked = { ...operation, response } as Operation<object, R>;
    const answer = transport.call<object, R>(asked, params, { ...options, signal });
    const { data, attempts } = await answer.withResponse();
    return { data, of: { operation, attempts } };
  };
  const tell = guarded(transport, operation, onProgress);

  async function* chunks(
    onHead = (_of: Answered): void => {},
    signal = options.signal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { take, finish } = inspection(expected, tell);
    const { data, of } = await call<AsyncIterable<Uint8Array> | undefined>('stream', signal);
    onHead(of);
    for await (const chunk of data ?? []) {
      take(chunk);
      yield chunk;
    }
    finish(of);
  }
  const whole = async (): Promise<Came<Bytes>> => {
    const { take, finish } = inspection(expected, tell);
    const { data = new Uint8Array(), of } = await call<Uint8Array | undefined>(
      'bytes',
      options.signal,
    );
    take(data);
    finish(of);
    return { data: data as Bytes, of };
  };
  const text = async (): Promise<Came<string>> => {
    const { data, of } = await whole();
    try {
      return { data: new TextDecoder('utf-8', { fatal: true }).decode(data), of };
    } catch {
      throw unreadable(of, 'it is no text in UTF-8');
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
    let of: Answered = { operation, attempts: 0 };
    const onHead = (came: Answered): void => {
      of = came;
    };
    try {
      yield* readRows(chunks(onHead), rowOptions);
    } catch (error) {
      throw error instanceof RowError ? unreadableRow(of, error) : error;
    }
  }
  return {
    [Symbol.asyncIterator]: () => chunks(),
    bytes: async () => (await whole()).data,
    text: async () => (await text()).data,
    json: async <T>() => jsonOf(await text()) as T,
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
      const { limit = toolsOf(transport).retry?.limit ?? MOST_RESTARTS } = ownFields(
        options.retry ?? {},
      );
      const most = Math.min(MOST_RESTARTS, limit);
      return { path, bytes: await saveWhole(operation, path, chunks, { most, pause, signal }) };
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

/** The answer that a file came with, for errors that are found behind it. */
interface Answered {
  readonly operation: Operation<never, unknown>;
  readonly attempts: number;
}

interface Came<T> {
  readonly data: T;
  readonly of: Answered;
}

const failureOf = (
  { operation, attempts }: Answered,
  words: string,
  fields: ErrorFields & { readonly reason: ResponseError['reason'] },
): ResponseError => {
  // Whether a file that cannot be read says that a write was done, nobody knows.
  const outcome = isRead(operation) ? 'answered' : 'unknown';
  const message = `${operation.id} failed: ${words}.${noteOf(operation, outcome)}`;
  return new ResponseError(message, { operation: operation.id, attempts, outcome, ...fields });
};

interface Inspection {
  readonly take: (chunk: Uint8Array) => void;
  readonly finish: (of: Answered) => void;
}

/** Counts and sums up what comes, and holds it against what was told. */
const inspection = (
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
    finish: (of) => {
      if (sum === undefined || sum.matches(md5 ?? '')) return;
      const words = `the ${bytes} bytes that came are not the file that its checksum is of`;
      throw failureOf(of, words, {
        reason: 'checksum',
        retryable: true,
        hint: 'Ask for the file again; if that is no help, pass verify: false to runJob, or to resumeJob with its id.',
      });
    },
  };
};

const MOST_RESTARTS = 3;
const FIRST_PAUSE_MS = 500;

interface Restarts {
  readonly most: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** A connection that breaks in the middle begins anew: nothing of the file has been given away yet. */
const saveWhole = async (
  operation: Operation,
  path: string,
  chunks: (onHead: () => void) => AsyncIterable<Uint8Array>,
  { most, pause, signal }: Restarts,
): Promise<number> => {
  // Of all of its calls together.
  let sum: Pick<SdkError, 'attempts' | 'outcome'> = { attempts: 0, outcome: 'not-sent' };
  for (let restart = 0; ; restart += 1) {
    let hasBegun = false;
    const onHead = (): void => {
      hasBegun = true;
    };
    try {
      return await saveFile(operation.id, path, chunks(onHead));
    } catch (error) {
      if (!(error instanceof SdkError) || error === signal.reason) throw error;
      const { attempts, outcome } = error;
      sum = { attempts: sum.attempts + attempts, outcome: together(sum.outcome, outcome) };
      const isBroken = hasBegun && error instanceof ConnectionError;
      if (!isBroken || !isRead(operation) || restart >= most)
        throw restart === 0 ? error : withFields(error, sum);
      await pause(FIRST_PAUSE_MS * 2 ** restart);
    }
  }
};

const jsonOf = ({ data, of }: Came<string>): unknown => {
  const reading = parseJson(data);
  if (reading.ok) return reading.value;
  const { reason, why } = faultOfJson(reading);
  throw unreadable(of, why, reason);
};

const unreadableRow = (of: Answered, { row, message, reason }: RowError): ResponseError =>
  unreadable(of, row === 0 ? message : `in row ${row}: ${message}`, reason);

const unreadable = (
  of: Answered,
  why: string,
  reason: RowError['reason'] = 'unreadable',
): ResponseError =>
  failureOf(of, `the file cannot be read: ${why}`, {
    reason,
    hint: 'bytes() and saveTo() give it as it is, json() and text() as what they are.',
  });
