import { csvParser, LONGEST_ROW, RowError, type RowParser, TOO_LONG, tooLarge } from './csv.js';
import { faultOfJson, MOST_VALUES, parseJson } from './json.js';

/** `ndjson`: one JSON object a line; `json`: an array of objects. */
export type RowFormat = 'csv' | 'json' | 'ndjson';

export interface RowOptions {
  /** @default by how the file begins */
  readonly format?: RowFormat | undefined;
  /** What separates the values of a CSV file: one character. @default comma, semicolon or tab, whichever its first line has most */
  readonly delimiter?: string | undefined;
}

export type Row = Readonly<Record<string, unknown>>;

/** A row of a CSV file has texts only. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * Rows of a file, as its bytes come.
 * @throws {RowError} for what cannot be read
 */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  options: RowOptions,
): AsyncGenerator<Row, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let head = '';
  let parser: RowParser | undefined;
  const take = (text: string): unknown[] => {
    if (parser) return parser.push(text);
    head += text;
    if (options.format === undefined) {
      // What stood in front is blank, or there would be a parser.
      const isBlank = text.trim() === '';
      if (isBlank && head.length > LONGEST_ROW) throw tooLarge(1, TOO_LONG);
      if (isBlank) return [];
      head = head.replace(BLANK_LINES, '');
    }
    parser = parserOf(options.format ?? formatOf(head), options);
    return parser.push(head);
  };
  let start = '';
  for await (const chunk of bytes) {
    if (start.length < 4) {
      start += String.fromCharCode(...chunk.subarray(0, 4 - start.length));
      if (ARCHIVE.test(start))
        throw new RowError(0, 'it is a spreadsheet or another archive; ask for csv');
    }
    for (const row of take(decoded(decoder, chunk))) yield row as Row;
  }
  for (const row of take(decoded(decoder))) yield row as Row;
  for (const row of parser?.end() ?? []) yield row as Row;
}

const BLANK_LINES = /^(?: *\r?\n)+/;

// Seen in the bytes: what follows is no text. The second is an archive that holds nothing.
const ARCHIVE = /^PK(?:\x03\x04|\x05\x06)/;

const decoded = (decoder: TextDecoder, chunk?: Uint8Array): string => {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new RowError(0, 'it is no text in UTF-8');
  }
};

// What a name of a column never begins with tells the formats apart; the content type does not.
const formatOf = (head: string): RowFormat => {
  const start = head.trimStart();
  if (start.startsWith('[')) return 'json';
  if (start.startsWith('{')) return 'ndjson';
  if (start.startsWith('<')) throw new RowError(0, 'it is XML or HTML, which has no rows');
  return 'csv';
};

const parserOf = (format: RowFormat, { delimiter, format: asked }: RowOptions): RowParser => {
  if (format === 'csv') return csvParser(delimiter);
  return format === 'json' ? arrayParser() : lineParser(asked === undefined);
};

/** `isGuess`: one object alone may be rows in an envelope, which are not taken for one row. */
const lineParser = (isGuess: boolean): RowParser => {
  let rest = '';
  let count = 0;
  const early: object[] = [];
  let isList = !isGuess;
  const rowsOf = (lines: readonly string[]): object[] =>
    lines.flatMap((line) => {
      count += 1;
      return line.trim() === '' ? [] : [objectOf(parsed(line, count), count)];
    });
  const pass = (rows: object[]): object[] => {
    if (isList) return rows;
    early.push(...rows);
    if (early.length < 2) return [];
    isList = true;
    return early;
  };
  return {
    push: (text) => {
      // Only the new text is searched: a line may come in thousands of pieces.
      const lines = text.split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_ROW) throw tooLarge(count + lines.length + 1, TOO_LONG);
      return pass(rowsOf(lines));
    },
    end: () => {
      const rows = pass(rowsOf([rest]));
      if (isList) return rows;
      if (early.some((one) => Object.values(one).some(Array.isArray)))
        throw new RowError(0, ONE_OBJECT);
      return early;
    },
  };
};

const ONE_OBJECT =
  "it is one JSON object: json() gives it, and format: 'ndjson' takes it for one row";

const LARGEST_ARRAY = 5 * LONGEST_ROW;

const OTHER_FORMAT = ', too large for JSON; ask for csv or json-newline';

// An array is read whole: where its items end is known only then.
const arrayParser = (): RowParser => {
  let whole = '';
  return {
    push: (text) => {
      whole += text;
      if (whole.length > LARGEST_ARRAY)
        throw tooLarge(0, `it is longer than ${LARGEST_ARRAY} characters${OTHER_FORMAT}`);
      return [];
    },
    end: () => {
      if (whole.trim() === '') return [];
      const list = parsed(whole, 0);
      if (!Array.isArray(list)) throw new RowError(0, 'it is no array');
      return list.map((item: unknown, index) => objectOf(item, index + 1));
    },
  };
};

const parsed = (text: string, row: number): unknown => {
  const reading = parseJson(text);
  if (reading.ok) return reading.value;
  if (reading.reason === 'too-many')
    throw tooLarge(row, `it has more than ${MOST_VALUES} values${OTHER_FORMAT}`);
  const { reason, why } = faultOfJson(reading);
  throw new RowError(row, why, reason);
};

const objectOf = (value: unknown, row: number): object => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new RowError(row, 'it is no object');
};
