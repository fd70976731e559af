import * as zlib from 'node:zlib';
import type { Random } from './random.ts';

/** How a body is compressed, and what the answer says about it. */
export interface Coding {
  readonly applied: readonly Coder[];
  /** Value of `Content-Encoding`. */
  readonly stated: string | undefined;
  readonly damage: 'cut' | 'garbage' | 'member' | 'none' | 'zeros';
}

type Coder = 'br' | 'deflate' | 'gzip' | 'raw' | 'zstd';

const CODERS: Readonly<Record<Coder, (bytes: Buffer) => Buffer>> = {
  br: (bytes) =>
    zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  deflate: (bytes) => zlib.deflateSync(bytes),
  gzip: (bytes) => zlib.gzipSync(bytes),
  raw: (bytes) => zlib.deflateRawSync(bytes),
  zstd: (bytes) => zlib.zstdCompressSync(bytes),
};

export const PLAIN: Coding = { applied: [], stated: undefined, damage: 'none' };

/** One that any client can undo. */
export const drawTrueCoding = (random: Random): Coding =>
  random.weighted<Coding>([
    [6, PLAIN],
    [4, { applied: ['gzip'], stated: 'gzip', damage: 'none' }],
    [2, { applied: ['br'], stated: 'br', damage: 'none' }],
    [2, { applied: ['deflate'], stated: 'deflate', damage: 'none' }],
    [1, { applied: [], stated: 'identity', damage: 'none' }],
    [1, { applied: ['gzip'], stated: 'X-GZip', damage: 'none' }],
    [1, { applied: ['gzip', 'gzip'], stated: 'gzip, gzip', damage: 'none' }],
    [1, { applied: ['br', 'gzip'], stated: 'br,gzip', damage: 'none' }],
    [1, { applied: ['gzip'], stated: 'gzip', damage: 'member' }],
  ]);

/** One that is unknown, wrong, or damaged. */
export const drawFalseCoding = (random: Random): Coding => {
  const applied = random.pick(APPLIED);
  return random.chance(0.5)
    ? { applied, stated: random.pick(STATED), damage: 'none' }
    : {
        applied: applied.length === 0 ? ['gzip'] : applied,
        stated: applied.length === 0 ? 'gzip' : applied.join(', '),
        damage: random.pick(['cut', 'cut', 'garbage', 'member', 'zeros'] as const),
      };
};

const APPLIED: readonly (readonly Coder[])[] = [
  [],
  ['gzip'],
  ['br'],
  ['deflate'],
  ['raw'],
  ['zstd'],
  ['gzip', 'gzip'],
  ['gzip', 'br', 'deflate'],
];

const STATED: readonly string[] = [
  '',
  ',',
  ' , gzip , ',
  'gzip;q=1',
  'GZIP',
  'gzip gzip',
  'gzip, gzip',
  'gzip, gzip, gzip, gzip, gzip, gzip',
  'br',
  'deflate',
  'zstd',
  'compress',
  'aes128gcm',
  'identity',
  'identity, identity',
  'unknown',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'gzip, constructor',
  '__proto__, gzip',
  '\u0000',
  'ÿ',
  '*',
  'x'.repeat(4_000),
];

/** `at`, in (0, 1), is where the damage begins. */
export const encode = (bytes: Buffer, { applied, damage }: Coding, at: number): Buffer => {
  const encoded = applied.reduce((from, coder) => CODERS[coder](from), bytes);
  if (damage === 'cut') return encoded.subarray(0, cutAt(encoded, at));
  if (damage === 'none') return encoded;
  const more = {
    garbage: Buffer.from('\u0001 and more'),
    member: zlib.gzipSync(''),
    zeros: Buffer.alloc(64),
  };
  return Buffer.concat([encoded, more[damage]]);
};

const cutAt = ({ length }: Buffer, at: number): number =>
  Math.min(length - 1, Math.max(1, Math.floor(length * at)));
