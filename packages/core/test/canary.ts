import { inspect } from 'node:util';

/*
 * Secrets are looked for in every form in which an error can be printed. What is printed is decoded here once more, and
 * in another way than core does it: whatever can be read out of it counts as shown.
 */

const ROUNDS = 5;
// A printed error is a few thousand characters; what comes of decoding it is less with each round.
const LONGEST = 400_000;

const bytesOf = (digits: string, encoding: 'base64' | 'hex'): string =>
  Buffer.from(digits, encoding).toString('utf8');

const NAMES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  plus: '+',
  sol: '/',
  equals: '=',
  percnt: '%',
};

const character = (digits: string, radix: number): string => {
  const code = Number.parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
};

const shifted = (run: string, encoding: 'base64' | 'hex', digits: number): string[] =>
  Array.from({ length: digits }, (_, skipped) => bytesOf(run.slice(skipped), encoding));

// Words are no base64: what is not text all the way for some characters is dropped.
const legible = (text: string): string => (text.match(/[^\p{Cc}\ufffd]{5,}/gu) ?? []).join('\n');

const runs = (text: string, pattern: RegExp, encoding: 'base64' | 'hex', digits: number): string =>
  legible(
    (text.match(pattern) ?? []).flatMap((run) => shifted(run, encoding, digits)).join('\u0000'),
  );

const DECODERS: readonly ((text: string) => string)[] = [
  (text) => text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => bytesOf(run.replaceAll('%', ''), 'hex')),
  (text) => text.replace(/%u([0-9a-f]{4})/gi, (_, digits: string) => character(digits, 16)),
  (text) =>
    text
      .replace(/&#(\d+);/g, (_, digits: string) => character(digits, 10))
      .replace(/&#x([0-9a-f]+);/gi, (_, digits: string) => character(digits, 16))
      .replace(/&(\w+);/g, (whole, name: string) => NAMES[name] ?? whole),
  (text) =>
    text
      .replace(/(?:\\x[0-9a-f]{2})+/gi, (run) => bytesOf(run.replace(/\\x/gi, ''), 'hex'))
      .replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, unit: string, one?: string) =>
        one === undefined ? character(unit, 16) : one,
      ),
  // What nobody sees, and the ends of lines.
  (text) => text.replace(/[\p{Cc}\p{Cf}]+/gu, ''),
  (text) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' '),
  (text) => runs(text, /[A-Za-z0-9+/_-]{8,}/g, 'base64', 4),
  (text) => runs(text, /[0-9a-f]{12,}/gi, 'hex', 2),
];

/** Everything that can be read out of a text. */
const readings = (text: string): Set<string> => {
  const all = new Set([text]);
  let last: readonly string[] = [text];
  for (let round = 0; round < ROUNDS && last.length > 0; round += 1) {
    const fresh: string[] = [];
    for (const decode of DECODERS) {
      for (const one of last) {
        const decoded = decode(one);
        if (decoded === '' || decoded.length > LONGEST || all.has(decoded)) continue;
        all.add(decoded);
        fresh.push(decoded);
      }
    }
    last = fresh;
  }
  return all;
};

// A secret in the other case of letters is one to whoever tries, and a form has + for spaces.
const folded = (text: string): string => text.toLowerCase().replaceAll('+', ' ');

/** The secrets that can be read out of a text. */
export const shownIn = (text: string, secrets: readonly string[]): string[] => {
  const all = [...readings(text)].map(folded);
  return secrets.filter((secret) => {
    const wanted = [secret, Buffer.from(secret).toString()].map(folded);
    return all.some((one) => wanted.some((form) => one.includes(form)));
  });
};

const causes = (error: unknown): unknown[] =>
  error instanceof Error ? [error, ...causes(error.cause)] : [];

const safely = (print: () => string | undefined): string => {
  try {
    return print() ?? '';
  } catch {
    return '';
  }
};

// In full, and as those print who trust nothing.
const printed = (value: unknown): string =>
  [{}, { customInspect: false, getters: true }]
    .map((options) =>
      inspect(value, { showHidden: true, depth: 9, maxStringLength: null, ...options }),
    )
    .join('\n');

/** Everything that a program could print of an error, by the name of the way. */
export const sinks = (error: unknown, log: readonly string[]): Record<string, string> => ({
  message: String((error as Error).message),
  stack: String((error as Error).stack),
  json: safely(() => JSON.stringify(error)),
  inspect: printed(error),
  entries: safely(() => inspect(Object.entries(error as object), { depth: 9 })),
  ownProperties: Object.getOwnPropertyNames(error)
    .map((name) => inspect(Reflect.get(error as object, name), { depth: 9 }))
    .join('\n'),
  causes: causes(error)
    .map((cause) => inspect(cause, { depth: 9 }))
    .join('\n'),
  string: String(error),
  log: log.join('\n'),
});

/** The ways by which one of these secrets gets out, one for each secret. */
export const leaks = (sunk: Record<string, string>, secrets: readonly string[]): string[] => {
  const ways = Object.entries(sunk);
  // Mostly there is none: then one look at all of them is enough.
  const lines = ways.flatMap(([, text]) => text.split('\n').map((line) => line.trim()));
  if (shownIn([...new Set(lines)].join('\n'), secrets).length === 0) return [];
  return ways.flatMap(([way, text]) => shownIn(text, secrets).map(() => way));
};
