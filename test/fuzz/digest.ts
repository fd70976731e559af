import { createHash } from 'node:crypto';

/** A short text that is the same for the same value. */
export const digestOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  return createHash('sha1').update(bytesOf(value)).digest('hex');
};

const bytesOf = (value: unknown): Uint8Array | string => {
  if (value instanceof Uint8Array) return value;
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested too deeply for JSON';
  }
};
