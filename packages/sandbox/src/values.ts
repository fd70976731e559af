import { createHash } from 'node:crypto';
import type { Schema } from './documents.js';
import { own } from './own.js';

/** 48 bits that depend on nothing but the key. */
export function hash(key: string): number {
  return digest(key).readUIntBE(0, 6);
}

/** A value that was sent or counted, if the schema allows it at this place. */
export function echo(schema: Schema, text: string): string | number | undefined {
  const { type, format, minLength = 0, maxLength = Infinity } = schema;
  const isDigits = /^(0|[1-9]\d{0,14})$/.test(text);
  if (schema.enum || schema.pattern) return undefined;
  if (type === 'integer' || type === 'number') {
    return isDigits && (format !== 'int32' || Number(text) < 2 ** 31) ? Number(text) : undefined;
  }
  const fits = text.length >= minLength && text.length <= maxLength;
  const isAllowed = !format || (isDigits && /^(long-id|int32|int64)$/.test(format));
  return type === 'string' && fits && isAllowed ? text : undefined;
}

export function numberValue(schema: Schema, name: string, key: string): number {
  const { minimum, maximum, type } = schema;
  const h = hash(key);
  if (minimum !== undefined || maximum !== undefined) {
    const low = minimum ?? Math.min(0, maximum ?? 0);
    return low + (h % (Math.floor((maximum ?? low + 100) - low) + 1));
  }
  if (/(id|ids|code)$/i.test(name)) return 1 + (h % 2_000_000_000);
  if (type === 'integer') return h % (/count|size|total|quantity/i.test(name) ? 10_000 : 1_000);
  return /rate|ratio|percent|ctr/i.test(name) ? (h % 1_000) / 1_000 : (h % 100_000) / 100;
}

/** The pattern or the format decides, else the name of the field: what a human would expect there. */
export function stringValue(schema: Schema, name: string, key: string): string {
  const { pattern, format, minLength = 0, maxLength } = schema;
  const strict = own(STRICT, pattern ?? format ?? '')?.(key, name);
  if (strict !== undefined) return strict;
  const [, meaning] = MEANINGS.find(([names]) => names.test(name)) ?? [];
  const text = meaning?.(key, name) ?? `${name || 'value'}-${hex(key, 4)}`;
  return text.padEnd(minLength, 'x').slice(0, maxLength);
}

type Maker = (key: string, name: string) => string;

const digits: Maker = (key) => String(1 + (hash(key) % 2_000_000_000));
const link: Maker = (key) => `https://example.com/${hex(key, 8)}`;
const email: Maker = (key) => `user${hash(key) % 1_000}@example.com`;
const base64: Maker = (key) => digest(key).toString('base64');
const colour: Maker = (key) => `#${hex(key, 6)}`;
// Ends lie after starts, whatever the seed.
const dateTime: Maker = (key, name) => {
  const year = /end|expir|until|due/i.test(name) ? 2027 : /updat/i.test(name) ? 2026 : 2025;
  const date = new Date(Date.UTC(year, 0, 1, 0, 0, hash(key) % (365 * 86_400)));
  return date.toISOString().replace('.000', '');
};
const uuid: Maker = (key) =>
  hex(key, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');

/** By format, and by every pattern that the vendor's documents hold. */
const STRICT: Readonly<Record<string, Maker>> = {
  '^#(([0-9a-fA-F]{2}){3}|([0-9a-fA-F]){3})$': colour,
  '^([01][0-9]|2[0-3]):[0-5][0-9]$': (key) => `1${hash(key) % 10}:${10 + (hash(key) % 50)}`,
  date: (key, name) => dateTime(key, name).slice(0, 10),
  'date-time': dateTime,
  uuid,
  email,
  uri: link,
  byte: base64,
  binary: base64,
  'long-id': digits,
  int32: digits,
  int64: digits,
};

const MEANINGS: readonly (readonly [RegExp, Maker])[] = [
  [/ids?$/i, digits],
  [/email$/i, email],
  [/(url|uri|link|href|location)$/i, link],
  [/currency$/i, () => 'EUR'],
  [/timezone$/i, () => 'Europe/Paris'],
  [/(country|countries)$/i, (key) => pick(['FR', 'DE', 'ES', 'IT', 'GB'], key)],
  [/colou?r$/i, colour],
  [/checksum$/i, (key) => hex(key, 32)],
  [/(^date|Date|At|Since|Until)$/, dateTime],
  [/^type$/, () => 'Resource'],
  [/(name|title|label)$/i, (key) => `${pick(NAMES, key)} ${hash(key) % 1_000}`],
];
const NAMES = ['Audio', 'Beauty', 'Fashion', 'Garden', 'Kitchen', 'Outdoor', 'Sports', 'Toys'];

function pick(from: readonly string[], key: string): string {
  return from[hash(key) % from.length] ?? '';
}

function hex(key: string, length: number): string {
  return digest(key).toString('hex').slice(0, length);
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
