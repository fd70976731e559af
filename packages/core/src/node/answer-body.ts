import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { TransportFault } from '../fault.js';
import { inflatersOf, inflationFault } from './inflate.js';

/** A body that is about to come. */
export interface Body {
  readonly message: IncomingMessage;
  /** Value of `Content-Encoding`. */
  readonly encoding: string | undefined;
  /** What broke its connection: Node ends a body without a length as if that were its end. */
  readonly brokenBy: () => unknown;
}

/** Reads the whole body, inflated; -1 is no limit. It calls back once, with bytes or without. */
export const readBody = (
  { message, encoding }: Body,
  limit: number,
  done: (fault: unknown, bytes?: Buffer) => void,
): void => {
  const chunks: Buffer[] = [];
  let size = 0;
  let received = 0;
  let chain: readonly Transform[] | undefined;
  let isOver = false;
  const end = (fault: unknown, bytes?: Buffer): void => {
    if (isOver) return;
    isOver = true;
    if (fault !== undefined) for (const one of chain ?? []) one.destroy();
    done(fault, bytes);
  };
  const finish = (): void => {
    if (message.complete) end(undefined, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  };
  const collect = (chunk: Buffer): void => {
    size += chunk.length;
    const fault = sizeFault(size, limit) ?? (chain && inflationFault(received, size));
    if (fault === undefined) chunks.push(chunk);
    else end(fault);
  };
  const inflate = (chunk: Buffer): void => {
    received += chunk.length;
    chain ??= chained(inflatersOf(encoding), collect, finish, end);
    const [first] = chain;
    if (first === undefined) {
      collect(chunk);
    } else if (!first.write(chunk) && !isOver) {
      message.pause();
      first.once('drain', () => message.resume());
    }
  };
  message.on('data', (chunk: Buffer) => {
    if (isOver) return;
    try {
      if (encoding === undefined) collect(chunk);
      else inflate(chunk);
    } catch (fault) {
      end(fault);
    }
  });
  message.on('end', () => {
    if (chain?.[0] === undefined) finish();
    else chain[0].end();
  });
  message.on('error', end);
  message.on('close', () => {
    if (!message.complete) end(broken());
  });
};

const chained = (
  inflaters: readonly Transform[],
  collect: (chunk: Buffer) => void,
  finish: () => void,
  fail: (fault: unknown) => void,
): readonly Transform[] => {
  // They stay: an inflater may fail after its answer was given up, too.
  for (const one of inflaters) one.on('error', fail);
  const [first, ...others] = inflaters;
  const last = others.reduce<Readable | undefined>((from, to) => from?.pipe(to), first);
  last?.on('data', collect).on('end', finish);
  return inflaters;
};

/** The body as it comes, inflated, as fast as it is taken. */
export const bodyStream = (
  body: Body,
  leave: () => void,
): AsyncIterable<Uint8Array> & { destroy(): void } => {
  body.message.on('error', () => {});
  return { [Symbol.asyncIterator]: () => chunksOf(body), destroy: leave };
};

async function* chunksOf({
  message,
  encoding,
  brokenBy,
}: Body): AsyncGenerator<Buffer, void, undefined> {
  const inflaters = inflatersOf(encoding);
  const last = inflaters.reduce<Readable>((from, to) => from.pipe(to), message);
  let received = 0;
  for (const one of inflaters) one.on('error', (error) => last.destroy(error));
  if (inflaters.length > 0) {
    message.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    // An error of the connection must end them, too, or reading would wait for ever.
    message.on('error', (error) => last.destroy(error));
  }
  try {
    yield* last;
  } catch (error) {
    // An empty body is fine, whatever encoding it is said to have.
    if (!message.complete || inflaters.length === 0 || received > 0) throw error;
  }
  const fault = brokenBy();
  if (fault !== undefined) throw fault;
  if (!message.complete) throw broken();
}

const sizeFault = (size: number, limit: number): TransportFault | undefined =>
  limit >= 0 && size > limit
    ? new TransportFault('too-large', `it is larger than ${limit} bytes`)
    : undefined;

const broken = (): TransportFault =>
  new TransportFault('network', 'the connection closed in the middle of the answer');
