import type { JsonFault } from './json.js';

/** What takes a text in pieces and gives the rows that are complete. */
export interface RowParser {
  /** @throws {RowError} for what is no row */
  push(text: string): unknown[];
  /** The last rows, when no more text comes. */
  end(): unknown[];
}

/** Why a text is no list of rows; the row is counted from 1, a header among them. */
export class RowError extends Error {
  readonly row: number;
  readonly reason: JsonFault['reason'];

  constructor(row: number, why: string, reason: RowError['reason'] = 'unreadable') {
    super(why);
    this.row = row;
    this.reason = reason;
  }
}

/** What is beyond a limit of ours, that its message names. */
export const tooLarge = (row: number, why: string): RowError => new RowError(row, why, 'too-large');

/** A row that is longer is a fault, so that a file without line ends does not fill the memory. */
export const LONGEST_ROW: number = 10 * 1024 * 1024;

/**
 * Rows of a CSV file as objects, named by its first row (RFC 4180). Lines end by LF or CRLF; a quote in the
 * middle of an unquoted value is a character like others.
 */
export const csvParser = (asked: string | undefined): RowParser => {
  let delimiter = asked;
  let rest = '';
  // A long record is not tried again before there is twice as much of it.
  let triedAt = 0;
  let count = 0;
  let names: readonly string[] | undefined;
  const take = (text: string, isLast: boolean): object[] => {
    rest += text;
    const rows: object[] = [];
    if (!isLast && rest.length < Math.min(2 * triedAt, LONGEST_ROW)) return rows;
    delimiter ??= delimiterOf(rest, isLast);
    if (delimiter === undefined) return rows;
    let at = 0;
    while (at < rest.length) {
      const found = record(rest, at, delimiter, isLast);
      if (found === 'unfinished') break;
      count += 1;
      if (typeof found === 'string') throw new RowError(count, found);
      at = found.end;
      if (names === undefined) names = columns(found.values);
      else if (!isBlank(found.values, names)) rows.push(toRow(found.values, names, count));
    }
    rest = rest.slice(at);
    triedAt = rest.length > LONG_ROW ? rest.length : 0;
    if (rest.length > LONGEST_ROW) throw tooLarge(count + 1, TOO_LONG);
    return rows;
  };
  return { push: (text) => take(text, false), end: () => take('', true) };
};

/** What the first line has most of: the API writes commas or semicolons (docs/facts.md, "Reports"). */
const delimiterOf = (text: string, isLast: boolean): string | undefined => {
  const end = text.indexOf('\n');
  if (end < 0 && !isLast && text.length <= LONGEST_ROW) return undefined;
  const names = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '');
  const countOf = (one: string): number => names.split(one).length;
  return [',', ';', '\t'].reduce((best, one) => (countOf(one) > countOf(best) ? one : best));
};

const LONG_ROW = 64 * 1024;

export const TOO_LONG: string = `it is longer than ${LONGEST_ROW} characters`;

interface Found {
  readonly values: readonly string[];
  readonly end: number;
}

/** The record that begins at `start`, or why there is none. */
const record = (
  text: string,
  start: number,
  delimiter: string,
  isLast: boolean,
): Found | 'unfinished' | (string & {}) => {
  const lineEnd = text.indexOf('\n', start);
  const end = lineEnd < 0 && isLast ? text.length : lineEnd;
  const line = end < 0 ? undefined : withoutReturn(text.slice(start, end));
  // Most lines hold no quote, and are cut at once.
  if (line !== undefined && !line.includes('"'))
    return { values: line.split(delimiter), end: lineEnd < 0 ? end : end + 1 };
  return quotedRecord(text, start, delimiter, isLast);
};

const quotedRecord = (
  text: string,
  start: number,
  delimiter: string,
  isLast: boolean,
): Found | 'unfinished' | (string & {}) => {
  const values: string[] = [];
  for (let at = start; ; at += 1) {
    const value = text[at] === '"' ? quoted(text, at, isLast) : plain(text, at, delimiter, isLast);
    if (typeof value === 'string') return value;
    values.push(value.text);
    at = value.end;
    if (text[at] === delimiter) continue;
    if (text[at] === '\r' && at + 1 === text.length && !isLast) return 'unfinished';
    if (text[at] === '\r' && (at + 1 === text.length || text[at + 1] === '\n')) at += 1;
    if (at >= text.length) return isLast ? { values, end: text.length } : 'unfinished';
    if (text[at] === '\n') return { values, end: at + 1 };
    return 'more text stands behind the closing quote of a value';
  }
};

interface Value {
  readonly text: string;
  readonly end: number;
}

const quoted = (text: string, start: number, isLast: boolean): Value | (string & {}) => {
  let from = start + 1;
  let value = '';
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return isLast ? 'a quote is not closed' : 'unfinished';
    // The quote at the very end may be the first of two.
    if (quote + 1 === text.length && !isLast) return 'unfinished';
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { text: value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
};

const plain = (
  text: string,
  start: number,
  delimiter: string,
  isLast: boolean,
): Value | 'unfinished' => {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end += 1;
  if (end === text.length && !isLast) return 'unfinished';
  const value = text.slice(start, end);
  return { text: text[end] === delimiter ? value : withoutReturn(value), end };
};

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

// As many as a spreadsheet has.
const MOST_COLUMNS = 16_384;

const columns = (names: readonly string[]): readonly string[] => {
  if (names.length > MOST_COLUMNS) throw tooLarge(1, `it has more than ${MOST_COLUMNS} columns`);
  if (new Set(names).size < names.length) throw new RowError(1, 'two columns have the same name');
  if (names.includes('__proto__')) throw new RowError(1, 'a column may not be named __proto__');
  return names;
};

// In a file of one column an empty line is a row.
const isBlank = ([first, ...more]: readonly string[], names: readonly string[]): boolean =>
  first === '' && more.length === 0 && names.length > 1;

const toRow = (values: readonly string[], names: readonly string[], count: number): object => {
  if (values.length !== names.length)
    throw new RowError(count, `it has ${values.length} values for ${names.length} columns`);
  const row: Record<string, string | undefined> = {};
  for (let i = 0; i < names.length; i += 1) row[names[i] as string] = values[i];
  return row;
};
