import { TransportFault } from './fault.js';
import { runHook } from './hooks.js';
import { ownFields } from './own.js';
import { type Clock, raced, withDeadline } from './time.js';

/** Bytes that are still to come, of any kind of stream. */
export interface ByteSource {
  next(): Promise<IteratorResult<Uint8Array, unknown>>;
  /** Ends the exchange, whatever is still under way. */
  cancel(): void;
}

/** Any stream that an axios adapter gives: of the web, of Node, or an async iterable. */
export const byteSource = (data: unknown): ByteSource => {
  // fetch has no body for an answer without content.
  if (data === null || data === undefined)
    return { next: async () => ({ done: true, value: undefined }), cancel: () => {} };
  if (data instanceof ReadableStream) {
    const reader: ReadableStreamDefaultReader<Uint8Array> = data.getReader();
    return {
      next: async () => (await reader.read()) as IteratorResult<Uint8Array, unknown>,
      cancel: () => void reader.cancel().catch(() => {}),
    };
  }
  const whole = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  if (whole instanceof Uint8Array) return byteSource(new Blob([new Uint8Array(whole)]).stream());
  if (!isIterable(data)) {
    throw new TransportFault(
      'response',
      "the axios instance gives no stream; leave its answer as it is, in a browser with adapter: 'fetch'",
    );
  }
  const iterator = data[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    cancel: () => {
      runHook(() => data.destroy?.());
      runHook(() => iterator.return?.());
    },
  };
};

type Destroyable = AsyncIterable<Uint8Array> & { readonly destroy?: () => unknown };

const isIterable = (data: unknown): data is Destroyable =>
  typeof data === 'object' && data !== null && Symbol.asyncIterator in data;

/** Of the web, or of any kind that can be iterated. */
export const isStream = (item: unknown): boolean =>
  item instanceof ReadableStream || isIterable(item);

/** All of it. Whatever is wrong with it ends the exchange. */
export const collect = async (source: ByteSource, limit: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await source.next();
      if (done) break;
      size += value.length;
      if (size > limit) throw new TransportFault('too-large', `it is larger than ${limit} bytes`);
      chunks.push(value);
    }
  } catch (error) {
    source.cancel();
    throw error;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

/** A stream of the web; nothing begins before it is read. */
export const webStream = (
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  leave: () => void,
): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>(
    ownFields<UnderlyingDefaultSource<Uint8Array>>({
      pull: async (controller) => {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        // First what is waited for: a generator returns only behind it.
        leave();
        await chunks.return();
      },
    }),
    ownFields({ highWaterMark: 0 }),
  );

const LONGEST_STALL_MS = 10_000;

/**
 * The bytes as they come, as fast as they are taken: time is limited only while somebody waits for more.
 * Leaving the loop ends the exchange.
 */
export async function* flow(
  source: ByteSource,
  clock: Clock,
  signal: AbortSignal | undefined,
  toError: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isOver = false;
  try {
    for (;;) {
      const result = await nextOf(source, clock, signal).catch((error: unknown) => {
        throw signal?.aborted ? signal.reason : toError(error);
      });
      isOver = result.done === true;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    if (!isOver) source.cancel();
  }
}

const nextOf = async (
  source: ByteSource,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array, unknown>> => {
  const stall = withDeadline(clock, LONGEST_STALL_MS, signal, 'no more bytes came');
  try {
    return await raced(stall.signal, source.next());
  } finally {
    stall.cancel();
  }
};
