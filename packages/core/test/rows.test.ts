import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_ROW, RowError, TOO_LONG } from '../src/csv.js';
import { type Row, type RowOptions, readRows } from '../src/rows.js';

type Pieces = readonly (string | Uint8Array)[];

const encoder = new TextEncoder();

async function* bytesOf(pieces: Pieces): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}

/** Rows of a file that comes in these pieces. */
const rowsOf = async (pieces: Pieces, options: RowOptions = {}): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const row of readRows(bytesOf(pieces), options)) rows.push(row);
  return rows;
};

const failureOf = async (
  pieces: Pieces,
  options: RowOptions = {},
): Promise<{ row: number; message: string }> => {
  try {
    await rowsOf(pieces, options);
  } catch (error) {
    if (error instanceof RowError) return { row: error.row, message: error.message };
    throw error;
  }
  return expect.unreachable('it should fail');
};

/** Bytes in pieces: cut at these places, which may be in the middle of a character. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const sorted = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, at) => bytes.subarray(sorted[at - 1] ?? 0, end));
};

const oneByOne = (bytes: Uint8Array): Uint8Array[] => cut(bytes, [...bytes.keys()]);

describe('the format of a file', () => {
  it.each<[string, string, Row[]]>([
    ['CSV', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['CSV, whatever is quoted', '"[a]","{b}"\n1,2\n', [{ '[a]': '1', '{b}': '2' }]],
    ['one JSON object a line', '{"a":1}\n{"a":[2]}\n', [{ a: 1 }, { a: [2] }]],
    ['one, and blank lines', '\n{"a":1}\r\n\r\n  {"a":2}', [{ a: 1 }, { a: 2 }]],
    ['a JSON array', '[{"a":1},\n {"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['a JSON array behind blanks', ' \r\n\t[{"a":1}]\n', [{ a: 1 }]],
    ['a JSON array of nothing', '[]', []],
  ])('is seen by how it begins: %s', async (_what, text, rows) => {
    const bytes = encoder.encode(text);
    const marked = encoder.encode(`\ufeff${text}`);
    for (const file of [[bytes], oneByOne(bytes), [marked], oneByOne(marked)])
      expect(await rowsOf(file)).toEqual(rows);
  });

  it('is what the caller says', async () => {
    expect(await rowsOf(['[a],{b}\n1,2'], { format: 'csv' })).toEqual([{ '[a]': '1', '{b}': '2' }]);
    expect(await rowsOf(['<a>\n1'], { format: 'csv' })).toEqual([{ '<a>': '1' }]);
    expect(await rowsOf(['{"a":1}'], { format: 'ndjson' })).toEqual([{ a: 1 }]);
    expect(await rowsOf(['[{"a":1}]'], { format: 'json' })).toEqual([{ a: 1 }]);
    expect(await failureOf(['[{"a":1}]'], { format: 'ndjson' })).toMatchObject({ row: 1 });
    expect(await failureOf(['{"a":1}'], { format: 'json' })).toMatchObject({ row: 0 });
  });

  it('takes the delimiter to CSV', async () => {
    expect(await rowsOf(['a;b\n1,5;2'], { delimiter: ';' })).toEqual([{ a: '1,5', b: '2' }]);
  });

  it('is CSV where a column is named as a spreadsheet begins', async () => {
    expect(await rowsOf(['PK,PKID\n1,2\n'])).toEqual([{ PK: '1', PKID: '2' }]);
  });
});

it('a chunk may be larger than any row', { timeout: 30_000 }, async () => {
  const line = `${'x'.repeat(1_000)},y\n`;
  const rows = await rowsOf([`a,b\n${line.repeat(11_000)}`]);
  expect(rows).toHaveLength(11_000);
});

it('blanks without an end are told before they fill the memory', async () => {
  const blank = ' '.repeat(3 * 1024 * 1024);
  expect(await failureOf([blank, blank, blank, blank])).toMatchObject({ row: 1 });
});

describe('a file of nothing', () => {
  it.each<[string, Pieces]>([
    ['no chunk', []],
    ['empty chunks', ['', '']],
    ['a byte order mark', [new Uint8Array([0xef]), new Uint8Array([0xbb]), new Uint8Array([0xbf])]],
    ['blank lines', ['\n', ' \r\n']],
  ])('has no rows: %s', async (_what, pieces) => {
    expect(await rowsOf(pieces)).toEqual([]);
  });

  it.each(['csv', 'ndjson', 'json'] as const)(
    'has no rows, whatever it is said to be: %s',
    async (format) => {
      expect(await rowsOf([], { format })).toEqual([]);
      expect(await rowsOf([''], { format })).toEqual([]);
    },
  );
});

/** How a spreadsheet begins: a local file header of ZIP, with a checksum that is no UTF-8. */
const SPREADSHEET = new Uint8Array([
  0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0xb5, 0x55,
  0x30, 0x23, 0xf4, 0x00, 0x00, 0x00, 0x4c, 0x02, 0x00, 0x00, 0x0b, 0x00, 0x08, 0x02,
]);

describe('what has no rows', () => {
  it.each([
    ['XML', '<?xml version="1.0"?>\n<rows/>'],
    ['HTML', '\n<!doctype html>'],
  ])('is told: %s', async (_what, text) => {
    const told = { row: 0, message: 'it is XML or HTML, which has no rows' };
    expect(await failureOf([text])).toEqual(told);
    expect(await failureOf([...text])).toEqual(told);
  });

  it('is told: a spreadsheet, although it is no text', async () => {
    const told = { row: 0, message: 'it is a spreadsheet or another archive; ask for csv' };
    expect(await failureOf([SPREADSHEET])).toEqual(told);
  });

  it('is told: a spreadsheet whose first bytes come one by one', async () => {
    const told = { row: 0, message: 'it is a spreadsheet or another archive; ask for csv' };
    expect(await failureOf(oneByOne(SPREADSHEET))).toEqual(told);
  });

  it('is told: an archive that holds nothing, as the sandbox sends for a sheet', async () => {
    const told = { row: 0, message: 'it is a spreadsheet or another archive; ask for csv' };
    expect(await failureOf([new Uint8Array([0x50, 0x4b, 0x05, 0x06, 0, 0, 0xff])])).toEqual(told);
  });

  it.each([
    ['compact', '{"columns":["a"],"rows":[[1],[2]]}'],
    ['in an envelope', '{"Rows":[{"a":1}],"Total":1}\n'],
  ])('is told: rows that one JSON object holds, %s', async (_what, text) => {
    expect(await failureOf([...text])).toEqual({
      row: 0,
      message: "it is one JSON object: json() gives it, and format: 'ndjson' takes it for one row",
    });
    expect(await rowsOf([text], { format: 'ndjson' })).toEqual([JSON.parse(text)]);
  });

  it.each([
    ['a comma', 'a,b\n1,2\n'],
    ['a semicolon', 'a;b\n1;2\n'],
    ['a tab', 'a\tb\r\n1\t2\r\n'],
    ['a semicolon, with commas in a quoted name', '"a";"b"\n1;2'],
  ])('is CSV whose first line tells what separates its values: %s', async (_what, text) => {
    expect(await rowsOf([text])).toEqual([{ a: '1', b: '2' }]);
    expect(await rowsOf([...text])).toEqual([{ a: '1', b: '2' }]);
  });

  it('is CSV of one column, if its first line has nothing of that', async () => {
    expect(await rowsOf(['a\n1;2\n'])).toEqual([{ a: '1;2' }]);
    expect(await rowsOf(['"a,b;c"\n1\n'])).toEqual([{ 'a,b;c': '1' }]);
    expect(await rowsOf(['a;b\n1;2\n'], { delimiter: ',' })).toEqual([{ 'a;b': '1;2' }]);
  });

  it('is one line of JSON without lists: one row', async () => {
    expect(await rowsOf(['{"a":1}'])).toEqual([{ a: 1 }]);
    expect(await rowsOf(['{"a":[1]}\n', '{"a":[2]}\n'])).toEqual([{ a: [1] }, { a: [2] }]);
  });

  it.each<[string, Pieces]>([
    ['in the middle', ['a\n1\n', new Uint8Array([0x61, 0xff, 0x0a])]],
    ['at the end, where a character is not whole', ['a\n1\n2', new Uint8Array([0xe2, 0x82])]],
    ['in another encoding', [new Uint8Array([0xff, 0xfe, 0x61, 0x00])]],
  ])('is told: bytes that are no UTF-8 %s', async (_what, pieces) => {
    expect(await failureOf(pieces)).toEqual({ row: 0, message: 'it is no text in UTF-8' });
  });

  it.each<[string, string, RowOptions, number, string]>([
    ['an object that should be an array', '{"data":[]}', { format: 'json' }, 0, 'it is no array'],
    ['an array that is cut off', '[{"a":1},', {}, 0, 'it is not complete JSON'],
    ['an item that is no object', '[{"a":1},2]', {}, 2, 'it is no object'],
    ['an item that is null', '[null]', {}, 1, 'it is no object'],
    ['an item that is an array', '[{},{},[]]', {}, 3, 'it is no object'],
    ['a line that is no object', '{"a":1}\n\n[1]\n', {}, 3, 'it is no object'],
    ['a line that is cut off', '{"a":1}\n{"a":', {}, 2, 'it is not complete JSON'],
    ['an object over several lines', '{\n"a":1}', {}, 1, 'it is not complete JSON'],
    ['a CSV row that is too short', 'a,b\n1,2\n3\n', {}, 3, 'it has 1 values for 2 columns'],
  ])('is told with its row: %s', async (_what, text, options, row, message) => {
    expect(await failureOf([text], options)).toEqual({ row, message });
    expect(await failureOf([...text], options)).toEqual({ row, message });
  });

  it('is told: an integer that JavaScript would round', async () => {
    expect(await failureOf(['{"id":1}\n{"id":9007199254740993}\n'])).toEqual({
      row: 2,
      message: "the integer at 'id' is too large for a JavaScript number",
    });
    expect(await failureOf(['[{"id":1},{"id":9007199254740993}]'])).toEqual({
      row: 0,
      message: "the integer at '1.id' is too large for a JavaScript number",
    });
    expect(await rowsOf(['id\n9007199254740993'])).toEqual([{ id: '9007199254740993' }]);
  });

  it('is told: JSON that is nested too deeply', async () => {
    const deep = `{"a":${'['.repeat(64)}${']'.repeat(64)}}`;
    expect(await failureOf([deep])).toEqual({ row: 1, message: 'its JSON is nested too deeply' });
  });

  it('is told before it fills the memory', async () => {
    const part = encoder.encode('x'.repeat(LONGEST_ROW / 2));
    expect(await failureOf(['{"a":1}\n{"a":"', part, part])).toEqual({ row: 2, message: TOO_LONG });
    const array = ['[{"a":"', ...Array.from({ length: 10 }, () => part)];
    expect(await failureOf(array)).toEqual({
      row: 0,
      message:
        'it is longer than 52428800 characters, too large for JSON; ask for csv or json-newline',
    });
  });

  it('is told before an array of millions of values is parsed', async () => {
    const many = encoder.encode(`[${'0,'.repeat(5_000_000)}0]`);
    expect(await failureOf([many])).toEqual({
      row: 0,
      message: 'it has more than 5000000 values, too large for JSON; ask for csv or json-newline',
    });
  });

  it('is told where nothing but blanks comes', async () => {
    const blanks = encoder.encode(' \n'.repeat(LONGEST_ROW / 4));
    expect(await failureOf([blanks, blanks, ' '])).toEqual({ row: 1, message: TOO_LONG });
  });
});

describe('rows', () => {
  it('come before the file is whole, and nothing is read ahead', async () => {
    const asked: number[] = [];
    async function* file(): AsyncGenerator<Uint8Array, void, undefined> {
      for (let at = 0; ; at += 1) {
        asked.push(at);
        yield encoder.encode(at === 0 ? 'n\n' : `${at}\n`);
      }
    }
    const rows = readRows(file(), {});
    expect(asked).toEqual([]);
    expect(await rows.next()).toEqual({ done: false, value: { n: '1' } });
    expect(asked).toEqual([0, 1]);
    expect(await rows.next()).toEqual({ done: false, value: { n: '2' } });
    expect(asked).toEqual([0, 1, 2]);
  });

  it('that are no longer wanted end what they come from', async () => {
    let hasEnded = false;
    async function* file(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) yield encoder.encode('{"a":1}\n');
      } finally {
        hasEnded = true;
      }
    }
    for await (const row of readRows(file(), {})) {
      expect(row).toEqual({ a: 1 });
      break;
    }
    expect(hasEnded).toBe(true);
  });

  it('that cannot be read end what they come from, too', async () => {
    let hasEnded = false;
    async function* file(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) yield encoder.encode('<a>');
      } finally {
        hasEnded = true;
      }
    }
    await expect(readRows(file(), {}).next()).rejects.toBeInstanceOf(RowError);
    expect(hasEnded).toBe(true);
  });

  it('reach no prototype', async () => {
    const [row] = await rowsOf(['{"__proto__":{"isAdmin":true},"a":1}\n']);
    expect(row).toEqual({ a: 1 });
    expect(Reflect.get(row ?? {}, 'isAdmin')).toBeUndefined();
  });
});

const text = fc.string({
  unit: fc.constantFrom(
    'a',
    ',',
    '"',
    '\n',
    '\r\n',
    'é',
    '漢',
    '😀',
    '👩‍👧',
    '\ufeff',
    '\u2028',
    '\0',
    '{',
    '[',
  ),
  maxLength: 8,
});
const rows = fc.array(fc.record({ a: text, 'naïve 😀': text }), { minLength: 1, maxLength: 5 });
const places = fc.array(fc.nat(), { maxLength: 20 });

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

const WRITERS: Readonly<Record<'csv' | 'json' | 'ndjson', (list: readonly object[]) => string>> = {
  csv: (list) =>
    [Object.keys(list[0] ?? {}), ...list.map((row) => Object.values<string>({ ...row }))]
      .map((record) => record.map(quoted).join(','))
      .join('\r\n'),
  json: (list) => JSON.stringify(list),
  ndjson: (list) => list.map((row) => `${JSON.stringify(row)}\n`).join(''),
};

describe.each(['csv', 'ndjson', 'json'] as const)('any file of %s', (format) => {
  it.each([
    ['with', '\ufeff'],
    ['without', ''],
  ])('%s a byte order mark is the same however its bytes are cut', async (_with, mark) => {
    await fc.assert(
      fc.asyncProperty(rows, places, async (list, at) => {
        const bytes = encoder.encode(mark + WRITERS[format](list));
        const found = await rowsOf(cut(bytes, at));
        expect(found).toEqual(list);
        expect(await rowsOf(oneByOne(bytes), { format })).toEqual(list);
      }),
    );
  });
});

describe('any bytes', () => {
  it('give rows or a RowError, and the same however they are cut', async () => {
    const outcome = (pieces: Pieces): Promise<unknown> =>
      rowsOf(pieces).catch((error: unknown) => {
        // Anything else is a crash.
        if (error instanceof RowError) return `${error.row}: ${error.message}`;
        throw error;
      });
    const ascii = fc.constantFrom(...encoder.encode('a,"\n\r {}[]:1<'));
    const garbage = fc.array(fc.oneof({ weight: 20, arbitrary: ascii }, fc.nat(255)), {
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(garbage, places, async (list, at) => {
        const bytes = Uint8Array.from(list);
        // Bytes that are no text are told when they are met: what is wrong in front of them may be told first.
        const isText = Buffer.from(bytes).toString().includes('\ufffd') === false;
        const whole = await outcome([bytes]);
        const inPieces = await outcome(cut(bytes, at));
        if (isText) expect(inPieces).toEqual(whole);
      }),
      { numRuns: 1_000 },
    );
  });
});
