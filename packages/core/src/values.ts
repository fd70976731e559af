import { ConfigError } from './errors.js';
import type { Operation } from './operation.js';

export type Values = Readonly<Record<string, unknown>>;

/** A value of a path, a query or a form as text; undefined if it is none that can be sent. */
export const scalarText = (value: unknown): string | undefined => {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value === 'string') return isWellFormed(value) ? value : undefined;
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined;
};

/** As {@link scalarText}; what cannot be sent is a ConfigError. */
export const mustBeScalar = ({ id }: Operation, name: string, value: unknown): string => {
  const text = scalarText(value);
  if (text !== undefined) return text;
  throw new ConfigError(
    `${id}: '${name}' must be a string, a finite number, a boolean, a date or a list of them.`,
    { operation: id },
  );
};

// Half of a surrogate pair has no encoding.
const isWellFormed = (text: string): boolean => !/\p{Cs}/u.test(text);
