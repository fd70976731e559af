import { csvParser, LONGEST_ROW, RowError, type RowParser, TOO_LONG } from './csv.js';
import { parseJson, whyNotJson } from './json.js';

/** `ndjson`: one JSON object a line; `json`: an array of objects. */
export type RowFormat = 'csv' | 'json' | 'ndjson';

export interface RowOptions {
  /** @default by how the file begins */
  readonly format?: RowFormat | undefined;
  /** What separates the values of a CSV file: one character. @default ',' */
  readonly delimiter?: string | undefined;
}

/** A row of a CSV file has texts only. */
export type Row = Readonly<Record<string, unknown>>;

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
      head = head.replace(BLANK_LINES, '');
      if (head.trim() === '') return [];
    }
    parser = parserOf(options.format ?? formatOf(head), options);
    return parser.push(head);
  };
  let start = '';
  for await (const chunk of bytes) {
    if (start.length < ARCHIVE.length) {
      start += String.fromCharCode(...chunk.subarray(0, ARCHIVE.length - start.length));
      if (start === ARCHIVE) throw new RowError(0, 'it is a spreadsheet or another archive');
    }
    for (const row of take(decoded(decoder, chunk))) yield row as Row;
  }
  for (const row of take(decoded(decoder))) yield row as Row;
  for (const row of parser?.end() ?? []) yield row as Row;
}

const BLANK_LINES = /^(?: *\r?\n)+/;

// Seen in the bytes: what follows is no text.
const ARCHIVE = 'PK\u0003\u0004';

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

const parserOf = (format: RowFormat, { delimiter = ',' }: RowOptions): RowParser => {
  if (format === 'csv') return csvParser(delimiter);
  return format === 'json' ? arrayParser() : lineParser();
};

const lineParser = (): RowParser => {
  let rest = '';
  let count = 0;
  const rowsOf = (lines: readonly string[]): unknown[] =>
    lines.flatMap((line) => {
      count += 1;
      return line.trim() === '' ? [] : [objectOf(parsed(line, count), count)];
    });
  return {
    push: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_ROW) throw new RowError(count + lines.length + 1, TOO_LONG);
      return rowsOf(lines);
    },
    end: () => rowsOf([rest]),
  };
};

const LARGEST_ARRAY = 5 * LONGEST_ROW;

// An array is read whole: where its items end is known only then.
const arrayParser = (): RowParser => {
  let whole = '';
  return {
    push: (text) => {
      whole += text;
      if (whole.length > LARGEST_ARRAY)
        throw new RowError(0, 'it is too large for JSON; ask for csv or json-newline');
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
  throw new RowError(row, whyNotJson(reading));
};

const objectOf = (value: unknown, row: number): object => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new RowError(row, 'it is no object');
};
