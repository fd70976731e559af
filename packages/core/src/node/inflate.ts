import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { TransportFault } from '../fault.js';

/** What is asked for. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

const INFLATERS = new Map<string, () => Transform>([
  ['br', () => createBrotliDecompress()],
  ['deflate', () => createInflate()],
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
]);

const MOST_ENCODINGS = 4;

/**
 * What undoes the codings of an answer, in order (RFC 9110 section 8.4); the last one was applied last.
 * @throws {TransportFault} for one that nobody asked for
 */
export const inflatersOf = (contentEncoding: string | undefined): Transform[] => {
  if (contentEncoding === undefined) return [];
  const names = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const makers = names.reverse().map((name) => INFLATERS.get(name));
  if (makers.length > MOST_ENCODINGS || makers.includes(undefined)) throw unknown(names);
  return makers.map((make) => (make as () => Transform)());
};

const unknown = (names: readonly string[]): TransportFault => {
  const shown = names.map((name) => (/^[\w.-]{1,20}$/.test(name) ? name : '?')).slice(0, 8);
  return new TransportFault(
    'response',
    `its content encoding is '${shown.reverse().join(', ')}', and only ${ACCEPTED_ENCODINGS} were asked for`,
  );
};

const UNCHECKED_BYTES = 1024 * 1024;
const MOST_INFLATION = 200;

/** The fault of so many bytes that came of so few that it looks like a trap. */
export const inflationFault = (received: number, inflated: number): TransportFault | undefined => {
  if (inflated <= UNCHECKED_BYTES || inflated <= received * MOST_INFLATION) return undefined;
  return new TransportFault(
    'too-large',
    `it inflates to more than ${MOST_INFLATION} times its size, which is the limit above 1 MiB`,
  );
};
