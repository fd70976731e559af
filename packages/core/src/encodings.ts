/*
 * What a text says when its encodings are undone: percent signs, HTML entities, backslashes, base64 and hex, each
 * within the others. A reading knows where in the text each of its characters comes from.
 */

/** One way to read a text. */
export interface Reading {
  readonly text: string;
  /** Where in the original the character at this index begins. */
  from(index: number): number;
  /** Where it ends. */
  to(index: number): number;
}

const MOST_ROUNDS = 4;

/** All readings of a text, the plainest first; `undefined` if all others together are longer than `most`. */
export const readingsOf = (text: string, most: number): readonly Reading[] | undefined => {
  let left = most;
  const seen = new Set([text]);
  let round: readonly Reading[] = [{ text, from: (index) => index, to: (index) => index + 1 }];
  const readings = [...round];
  for (let rounds = 0; rounds < MOST_ROUNDS && round.length > 0; rounds += 1) {
    const next: Reading[] = [];
    for (const reading of round) {
      for (const encoding of ENCODINGS) {
        const decoded = undone(reading, encoding);
        if (decoded === undefined || seen.has(decoded.text)) continue;
        left -= decoded.text.length;
        if (left < 0) return undefined;
        seen.add(decoded.text);
        next.push(decoded);
      }
    }
    readings.push(...next);
    round = next;
  }
  return readings;
};

interface Encoding {
  readonly pattern: RegExp;
  /** What a match says; as it stands if it says nothing. */
  readonly decode: (match: RegExpExecArray) => string | undefined;
  /** Do the matches stand alone, so that what is around them is left out? */
  readonly isWhole?: true;
}

const undone = (reading: Reading, { pattern, decode, isWhole }: Encoding): Reading | undefined => {
  const source = reading.text;
  if (source.search(pattern) < 0) return undefined;
  const froms: number[] = [];
  const tos: number[] = [];
  let text = '';
  let done = 0;
  const copy = (end: number): void => {
    text += source.slice(done, end);
    for (let index = done; index < end; index += 1) {
      froms.push(reading.from(index));
      tos.push(reading.to(index));
    }
  };
  for (const match of source.matchAll(pattern)) {
    const said = decode(match);
    if (said === undefined) continue;
    if (!isWhole) copy(match.index);
    done = match.index + match[0].length;
    const [from, to] = [reading.from(match.index), reading.to(done - 1)];
    text += said;
    for (let index = 0; index < said.length; index += 1) {
      froms.push(from);
      tos.push(to);
    }
  }
  if (done === 0) return undefined;
  if (!isWhole) copy(source.length);
  return { text, from: (index) => froms[index] ?? 0, to: (index) => tos[index] ?? 0 };
};

/** A character by its number in base 16. */
const byHex = (digits: string): string | undefined => byCode(Number.parseInt(digits, 16));

const byCode = (code: number): string | undefined =>
  code <= 0x10ffff ? String.fromCodePoint(code) : undefined;

/** C0, DEL and C1 controls, and the marks that turn the direction of text: they act on a terminal. */
export const CONTROLS: RegExp =
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

// Those that encoders write for ASCII: the character stands behind its name.
const NAMED = new Map(
  `amp& lt< gt> quot" apos' nbsp\u00a0 excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, hyphen- period. sol/
  colon: semi; equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ grave\` lcub{ lbrace{ verbar|
  vert| rcub} rbrace} tilde~`
    .split(/\s+/)
    .map((one): [string, string] => [one.slice(0, -1), one.slice(-1)]),
);

const ESCAPED = new Map([...'bfnrtv0'].map((one, index) => [one, '\b\f\n\r\t\v\0'[index]]));

const ENCODINGS: readonly Encoding[] = [
  // As it is shown, and without what nobody sees.
  { pattern: CONTROLS, decode: () => ' ' },
  { pattern: /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, decode: () => '' },
  {
    pattern: /%u([0-9a-f]{4})|%[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3}|%[0-9a-f]{2}/gi,
    decode: ([bytes, unit]) => (unit === undefined ? ofHex(bytes) : byHex(unit)),
  },
  {
    pattern: /&(?:#x0*([0-9a-f]{1,6})|#0*([0-9]{1,7})|([a-z]{2,6}));/gi,
    decode: ([, hex, decimal, name = '']) => {
      if (hex !== undefined) return byHex(hex);
      return decimal === undefined ? NAMED.get(name) : byCode(Number(decimal));
    },
  },
  {
    pattern:
      /\\u\{0*([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|(\\x[c-f][0-9a-f](?:\\x[89ab][0-9a-f]){1,3}|\\x[0-9a-f]{2})|\\([\s\S])/gi,
    decode: ([, point, unit, bytes, one = '']) => {
      if (bytes !== undefined) return ofHex(bytes);
      return byHex(point ?? unit ?? '') ?? ESCAPED.get(one) ?? one;
    },
  },
  {
    pattern: /[\w+/-]{10,}={0,2}/g,
    // It may begin in the middle of four characters that belong together.
    decode: ([run]) => textsIn([0, 1, 2, 3].map((skipped) => ofBase64(run, skipped))),
    isWhole: true,
  },
  {
    pattern: /[0-9a-f](?:[ :-]?[0-9a-f]){13,}/gi,
    decode: ([run]) =>
      textsIn([0, 1].map((skipped) => binaryOf(run.replace(/[ :-]/g, '').slice(skipped)))),
    isWhole: true,
  },
];

// UTF-8, as bytes. Any word can be read as base64: next to none of what comes of it is text.
const TEXT = /(?:[\t-\r -~]|[\xc2-\xf4][\x80-\xbf]+){4,}/g;

const textsIn = (decoded: readonly string[]): string | undefined => {
  const texts = decoded.flatMap((bytes) => bytes.match(TEXT) ?? []);
  return texts.length === 0 ? undefined : texts.map(unicode).join('\n');
};

const unicode = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));

const binaryOf = (hex: string): string => (hex.match(/[0-9a-f]{2}/gi) ?? []).map(byHex).join('');

/** One character by its bytes; a byte alone is one of Latin-1. */
const ofHex = (written: string): string => {
  const bytes = binaryOf(written);
  return bytes.length > 1 ? unicode(bytes) : bytes;
};

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const VALUES = new Map([...`${DIGITS}+/`, ...`${DIGITS}-_`].map((digit, at) => [digit, at % 64]));

const ofBase64 = (run: string, skipped: number): string => {
  let bytes = '';
  let bits = 0;
  for (let index = skipped; index < run.length; index += 1) {
    bits = (bits << 6) | (VALUES.get(run.charAt(index)) ?? 0);
    const left = 6 - 2 * ((index - skipped) % 4);
    if (left < 6) bytes += String.fromCharCode((bits >> left) & 0xff);
  }
  return bytes;
};
