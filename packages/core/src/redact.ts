import { CONTROLS, type Reading, readingsOf } from './encodings.js';
import type { HttpRequest } from './exchange.js';

const LONGEST_TEXT = 300;
// Of what is longer the beginning is read: more than any secret takes, however it is written.
const LONGEST_READ = 64 * 1024;
// Characters of the readings of one text, and of all texts of an answer: those of plain text are few.
const MOST_READ = 32 * LONGEST_READ;
const MOST_READ_IN_ALL = 2 * MOST_READ;
const MOST_DONE = 1_000;
// Shorter ones are toys, and would tear words apart.
const SHORTEST_SECRET = 7;
export const REDACTED: string = '[redacted]';

/**
 * Makes a server's texts fit for an error message: no secret of the client, however it is encoded (the
 * server may echo one), no control characters, not endless.
 */
export const cleaner = ({ call }: Pick<HttpRequest, 'call'>): ((text: string) => string) =>
  cleanerOf(call.secrets);

export const cleanerOf = (secrets: Iterable<string>): ((text: string) => string) => {
  // Made when the first text comes: most answers bring none.
  let redact: ((text: string) => string) | undefined;
  return (text) => {
    redact ??= redactor([...new Set([...secrets].flatMap(formsOf))]);
    return cleanLine(redact(text));
  };
};

/** One line without control characters, not endless. */
export const cleanLine = (text: string): string => {
  const line = text.replace(CONTROLS, ' ').trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
};

/** What a secret is once its encodings are undone. */
const formsOf = (secret: string): string[] => {
  // A lone surrogate cannot be encoded; it is sent as the replacement character.
  const wellFormed = new TextDecoder().decode(new TextEncoder().encode(secret));
  // A secret that was read from a file may end with a line: not every server takes that for a part of it.
  const line = secret.replace(CONTROLS, ' ').trim();
  return [secret, wellFormed, line].filter(() => line.length >= SHORTEST_SECRET).map(folded);
};

// A host name or a media type is told in lower case, and a form has + for spaces. Letters of ASCII alone: then nothing moves.
const folded = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replaceAll('+', ' ');

/** Takes these secrets out of the texts of one answer. */
const redactor = (forms: readonly string[]): ((text: string) => string) => {
  if (forms.length === 0) return (text) => text;
  // The parts of an answer say the same over and over.
  const done = new Map<string, string>();
  let left = MOST_READ_IN_ALL;
  return (text) => {
    const known = done.get(text);
    if (known !== undefined) return known;
    const readings = readingsOf(text.slice(0, LONGEST_READ), Math.min(MOST_READ, left));
    left -= readings?.slice(1).reduce((sum, one) => sum + one.text.length, 0) ?? MOST_READ;
    // What cannot be looked through is not shown.
    const redacted = readings === undefined ? REDACTED : without(text, spansIn(readings, forms));
    if (done.size < MOST_DONE) done.set(text, redacted);
    return redacted;
  };
};

type Span = readonly [from: number, to: number];

const spansIn = (readings: readonly Reading[], forms: readonly string[]): readonly Span[] => {
  const spans: Span[] = [];
  for (const reading of readings) {
    const text = folded(reading.text);
    for (const form of forms) {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
        spans.push([reading.from(at), reading.to(at + form.length - 1)]);
    }
  }
  return spans.sort(([a], [b]) => a - b);
};

const without = (text: string, spans: readonly Span[]): string => {
  let shown = '';
  let end = 0;
  for (const [from, to] of spans) {
    if (from >= end) shown += text.slice(end, from) + REDACTED;
    end = Math.max(end, to);
  }
  shown += text.slice(end, LONGEST_READ);
  // What was not read could be the rest of a secret whose beginning would be seen.
  const isShort = cleanLine(shown).length <= LONGEST_TEXT;
  return text.length > LONGEST_READ && isShort ? REDACTED : shown;
};
