import type { Random } from './random.ts';

/** A body as it is framed: header lines, and bytes. */
export interface Framed {
  readonly lines: readonly string[];
  readonly bytes: Buffer;
}

/** Those that say where the answer ends, and are right about it. */
export const ENDED = {
  length: (body) => ({ lines: [`Content-Length: ${body.length}`], bytes: body }),
  chunked: (body, random) => ({
    lines: ['Transfer-Encoding: chunked'],
    bytes: chunked(body, random),
  }),
  extended: (body, random) => ({
    lines: ['transfer-encoding:  Chunked '],
    bytes: chunked(body, random, ';a=b;c="d"'),
  }),
  trailed: (body, random) => ({
    lines: ['Transfer-Encoding: chunked', 'Trailer: X-Sum'],
    bytes: chunked(body, random, '', 'X-Sum: 1\r\nX-More: 2\r\n'),
  }),
} as const satisfies Record<string, Frame>;

/** The rest. `close` is right if the connection ends behind it. */
export const OTHERS = {
  close: (body) => ({ lines: ['Connection: close'], bytes: body }),
  short: (body, random) => length(body, random.below(body.length)),
  long: (body, random) => length(body, body.length + 1 + random.below(50)),
  negative: (body) => length(body, -1),
  signed: (body) => length(body, `+${body.length}`),
  hex: (body) => length(body, `0x${body.length.toString(16)}`),
  huge: (body) => length(body, '99999999999999999999999'),
  largest: (body) => length(body, '9223372036854775807'),
  fraction: (body) => length(body, `${body.length}.0`),
  nothing: (body) => length(body, ''),
  spaced: (body) => length(body, `${body.length} ${body.length}`),
  list: (body) => length(body, `${body.length}, ${body.length}`),
  twice: (body) => length(body, body.length, body.length),
  differing: (body) => length(body, body.length, body.length + 3),
  both: (body, random) => ({
    lines: [`Content-Length: ${random.below(body.length * 2 + 1)}`, 'Transfer-Encoding: chunked'],
    bytes: chunked(body, random),
  }),
  bothPlain: (body) => ({
    lines: ['Transfer-Encoding: chunked', `Content-Length: ${body.length}`],
    bytes: body,
  }),
  identity: (body) => coded(body, 'identity'),
  unknown: (body) => coded(body, 'xchunked'),
  member: (body) => coded(body, 'constructor'),
  twiceCoded: (body, random) => ({
    lines: ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    bytes: chunked(body, random),
  }),
  gzipped: (body, random) => ({
    lines: ['Transfer-Encoding: gzip, chunked'],
    bytes: chunked(body, random),
  }),
  notLast: (body, random) => ({
    lines: ['Transfer-Encoding: chunked, identity'],
    bytes: chunked(body, random),
  }),
  folded: (body, random) => ({
    lines: ['Transfer-Encoding:\r\n chunked'],
    bytes: chunked(body, random),
  }),
  vertical: (body, random) => ({
    lines: ['Transfer-Encoding: \u000bchunked'],
    bytes: chunked(body, random),
  }),
  badSize: (body) => sized(body, 'xyz'),
  negativeSize: (body) => sized(body, '-5'),
  hugeSize: (body) => sized(body, 'fffffffffffffffff'),
  largeSize: (body) => sized(body, '7fffffff'),
  longSize: (body) => sized(body, (body.length + 9).toString(16)),
  shortSize: (body) => sized(body, (body.length >> 1).toString(16)),
  zeroes: (body) => sized(body, body.length.toString(16).padStart(2_000, '0')),
  extension: (body) => sized(body, `${body.length.toString(16)};${'x'.repeat(40_000)}`),
  lineFeeds: (body) => ({
    lines: ['Transfer-Encoding: chunked'],
    bytes: joined(`${body.length.toString(16)}\n`, body, '\n0\n\n'),
  }),
  endless: (body) => ({
    lines: ['Transfer-Encoding: chunked'],
    bytes: joined(`${body.length.toString(16)}\r\n`, body, '\r\n'),
  }),
  lengthTrailer: (body, random) => ({
    lines: ['Transfer-Encoding: chunked'],
    bytes: chunked(body, random, '', 'Content-Length: 3\r\n'),
  }),
  badTrailer: (body, random) => ({
    lines: ['Transfer-Encoding: chunked'],
    bytes: chunked(body, random, '', 'no trailer at all\r\n: \r\n'),
  }),
} as const satisfies Record<string, Frame>;

export type Framing = keyof typeof ENDED | keyof typeof OTHERS;

type Frame = (body: Buffer, random: Random) => Framed;

export const frame = (framing: Framing, body: Buffer, random: Random): Framed => {
  const frames: Readonly<Record<Framing, Frame>> = { ...OTHERS, ...ENDED };
  return frames[framing](body, random);
};

const length = (bytes: Buffer, ...stated: readonly (number | string)[]): Framed => ({
  lines: stated.map((one) => `Content-Length: ${one}`),
  bytes,
});

const coded = (bytes: Buffer, coding: string): Framed => ({
  lines: [`Transfer-Encoding: ${coding}`],
  bytes,
});

const sized = (body: Buffer, size: string): Framed => ({
  lines: ['Transfer-Encoding: chunked'],
  bytes: joined(`${size}\r\n`, body, '\r\n0\r\n\r\n'),
});

const MOST_CHUNKS = 8;

const chunked = (body: Buffer, random: Random, extension = '', trailers = ''): Buffer => {
  const parts: (Buffer | string)[] = [];
  let at = 0;
  while (at < body.length) {
    const left = body.length - at;
    const size = parts.length > 3 * MOST_CHUNKS ? left : 1 + random.below(left);
    parts.push(`${size.toString(16)}${extension}\r\n`, body.subarray(at, at + size), '\r\n');
    at += size;
  }
  return joined(...parts, `0${extension}\r\n${trailers}\r\n`);
};

const joined = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));
