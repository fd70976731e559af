import { cleanLine } from './redact.js';

/** What a text that claims to be JSON turned out to be. */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: 'too-deep' | 'too-many' | 'unparsable' }
  | { readonly ok: false; readonly reason: 'unsafe-integer'; readonly field: string };

/** What a reading that failed is told as. */
export const faultOfJson = (
  reading: Exclude<JsonReading, { readonly ok: true }>,
  clean: (text: string) => string = cleanLine,
): JsonFault => {
  const { reason } = reading;
  if (reason === 'unsafe-integer') {
    const why = `the integer at '${clean(reading.field)}' is too large for a JavaScript number`;
    return { reason, why };
  }
  if (reason === 'too-many') return { reason: 'too-large', why: TOO_MANY };
  const why = reason === 'too-deep' ? 'its JSON is nested too deeply' : 'it is not complete JSON';
  return { reason: 'unreadable', why };
};

export interface JsonFault {
  readonly reason: 'too-large' | 'unreadable' | 'unsafe-integer';
  readonly why: string;
}

const DEEPEST = 64;

/** Parsing is synchronous: with no limit, a small compressed answer could block the process for a minute. */
export const MOST_VALUES = 5_000_000;

const TOO_MANY = `its JSON has more than ${MOST_VALUES} values; ask for smaller pages, or read a file with stream() or rows()`;

/**
 * Parses JSON of a server: refuses depths above 64, more than 5,000,000 values and integers that a
 * double would round (however they are written) or cannot hold, drops keys that reach prototypes, and takes a byte order mark.
 * @param mayRound takes such numbers rounded, where nobody reads them
 */
export const parseJson = (text: string, mayRound = false): JsonReading => {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const found = scan(json, mayRound);
  if (found !== undefined) return { ok: false, ...found };
  try {
    const value: unknown = JSON.parse(json);
    if (RISKY_KEY.test(json)) dropPrototypeKeys(value);
    return { ok: true, value };
  } catch {
    return { ok: false, reason: 'unparsable' };
  }
};

const RISKY_KEYS = ['__proto__', 'constructor', 'prototype'];
// A backslash may spell a key with escapes; then every key is looked at.
const RISKY_KEY = /"(?:__proto__|constructor|prototype)"|\\u00[567]/;

// Not by a reviver: it takes ten times as long. JSON.parse sets no prototype, and there are 64 levels at most.
const dropPrototypeKeys = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const key of RISKY_KEYS) if (Object.hasOwn(value, key)) Reflect.deleteProperty(value, key);
  for (const item of Object.values(value)) dropPrototypeKeys(item);
};

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const isOpening = (code: number): boolean => code === 123 || code === 91;
const isClosing = (code: number): boolean => code === 125 || code === 93;
// + - . E e
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 43 || code === 45 || code === 46 || code === 69 || code === 101;
// Integers of up to 15 digits are all safe.
const SAFE_DIGITS = 15;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

type Found = { reason: 'too-deep' | 'too-many' } | { reason: 'unsafe-integer'; field: string };

// One pass over the characters: strings are skipped, brackets and commas counted, long numbers looked at.
const scan = (json: string, mayRound: boolean): Found | undefined => {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(json, i);
    } else if (isDigit(code)) {
      const { end, hasExponent } = numberAt(json, i);
      const mayBeUnsafe = end - i > SAFE_DIGITS || hasExponent;
      if (!mayRound && mayBeUnsafe && isUnsafe(json.slice(i, end))) {
        return { reason: 'unsafe-integer', field: pathAt(json, i) };
      }
      i = end - 1;
    } else if (isOpening(code)) {
      depth += 1;
      values += 1;
      if (depth > DEEPEST) return { reason: 'too-deep' };
    } else if (isClosing(code)) {
      depth -= 1;
    } else if (code === COMMA) {
      values += 1;
      if (values > MOST_VALUES) return { reason: 'too-many' };
    }
  }
  return undefined;
};

const endOfString = (json: string, start: number): number => {
  for (let i = start + 1; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return json.length;
};

const numberAt = (json: string, start: number): { end: number; hasExponent: boolean } => {
  let hasExponent = false;
  for (let end = start; ; end += 1) {
    const code = json.charCodeAt(end);
    if (!isOfNumber(code)) return { end, hasExponent };
    if (code === 69 || code === 101) hasExponent = true;
  }
};

const isUnsafe = (text: string): boolean => {
  const number = Number(text);
  if (Number.isNaN(number) || Math.abs(number) <= Number.MAX_SAFE_INTEGER) return false;
  if (!Number.isFinite(number)) return true;
  // From here on JavaScript, too, writes a double with an exponent.
  if (Math.abs(number) >= 1e21 && /e/i.test(text)) return false;
  const integer = integerOf(text);
  return integer !== undefined && (/^\d+$/.test(text) || integer !== BigInt(number));
};

/** The integer that a number with a fraction or an exponent is; undefined if it is none. */
const integerOf = (text: string): bigint | undefined => {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.padEnd(whole.length + Number(exponent), '0');
  const rest = digits.slice(whole.length + Number(exponent));
  return /^0*$/.test(rest) ? BigInt(digits.slice(0, whole.length + Number(exponent))) : undefined;
};

/** Path of the value at `position`: `data.0.id`. Runs only when a value is refused. */
const pathAt = (json: string, position: number): string => {
  const path: (number | string)[] = [];
  let key = '';
  for (let i = 0; i < position; i += 1) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(json, i);
      key = json.slice(i + 1, end);
      i = end;
    } else if (json[i] === ':') {
      path[path.length - 1] = key;
    } else if (isOpening(code)) {
      path.push(json[i] === '[' ? 0 : '');
    } else if (isClosing(code)) {
      path.pop();
    } else if (json[i] === ',') {
      const last = path[path.length - 1];
      if (typeof last === 'number') path[path.length - 1] = last + 1;
    }
  }
  return path.join('.');
};
