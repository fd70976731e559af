import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvParser, LONGEST_ROW, RowError, TOO_LONG } from '../src/csv.js';

/** Rows of a text that comes in these pieces. */
const rowsOf = (pieces: readonly string[], delimiter = ','): unknown[] => {
  const parser = csvParser(delimiter);
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
};

const failureOf = (...pieces: readonly string[]): { row: number; message: string } => {
  try {
    rowsOf(pieces);
  } catch (error) {
    if (error instanceof RowError) return { row: error.row, message: error.message };
    throw error;
  }
  return expect.unreachable('it should fail');
};

/** A text in pieces: cut at these places, which may be anywhere. */
const cut = (text: string, places: readonly number[]): string[] => {
  const sorted = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
  return [...sorted, text.length].map((end, at) => text.slice(sorted[at - 1] ?? 0, end));
};

describe('a CSV file', () => {
  it.each<[string, string, object[]]>([
    [
      'names its values by its first row',
      'a,b\n1,2\n3,4\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['has lines that end by CRLF', 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    [
      'has lines that end by both',
      'a,b\r\n1,2\n3,4\r\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['needs no line end behind its last row', 'a,b\n1,2', [{ a: '1', b: '2' }]],
    ['needs none behind a quoted value', 'a,b\n1,"2"', [{ a: '1', b: '2' }]],
    ['needs none behind an empty value', 'a,b\n"1",', [{ a: '1', b: '' }]],
    ['may end by half a CRLF', 'a,b\r\n1,"2"\r', [{ a: '1', b: '2' }]],
    ['may quote its names', '"a","b"\n1,2', [{ a: '1', b: '2' }]],
    ['has delimiters within quotes', 'a,b\n"1,1",2', [{ a: '1,1', b: '2' }]],
    ['has doubled quotes for one', 'a,b\n"a ""word""",""""', [{ a: 'a "word"', b: '"' }]],
    ['has line breaks within quotes', 'a,b\n"1\n2","3\r\n4"\n', [{ a: '1\n2', b: '3\r\n4' }]],
    ['has a lone CR as text', 'a,b\n1\r2,\r\n', [{ a: '1\r2', b: '' }]],
    ['keeps a CR in front of a delimiter', 'a,b\n1\r,2', [{ a: '1\r', b: '2' }]],
    [
      'has quotes in the middle of an unquoted value',
      'a,b\n3" x 2",5\n',
      [{ a: '3" x 2"', b: '5' }],
    ],
    ['keeps blanks around a value', 'a,b\n 1 ,\t2', [{ a: ' 1 ', b: '\t2' }]],
    [
      'has empty values',
      'a,b\n,\n"",""\n',
      [
        { a: '', b: '' },
        { a: '', b: '' },
      ],
    ],
    [
      'skips blank lines',
      'a,b\n\n1,2\n\r\n\n3,4\n\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['of one column has empty values', 'a\n1\n\n2\n', [{ a: '1' }, { a: '' }, { a: '2' }]],
    ['of names alone has no rows', 'a,b\n', []],
    ['of nothing has no rows', '', []],
    [
      'may name columns as objects do',
      'constructor,toString\n1,2',
      [{ constructor: '1', toString: '2' }],
    ],
  ])('%s', (_what, text, rows) => {
    expect(rowsOf([text])).toEqual(rows);
    expect(rowsOf([...text])).toEqual(rows);
  });

  it('is separated by what it is said to be', () => {
    expect(rowsOf(['a;b\n1,5;"2;0"\n'], ';')).toEqual([{ a: '1,5', b: '2;0' }]);
    expect(rowsOf(['a\tb\n1\t"2"\n'], '\t')).toEqual([{ a: '1', b: '2' }]);
  });

  it('gives a row as soon as its line is whole', () => {
    const parser = csvParser(',');
    expect(parser.push('a,b\n1,2\n3,')).toEqual([{ a: '1', b: '2' }]);
    expect(parser.push('"4"')).toEqual([]);
    expect(parser.push('\r')).toEqual([]);
    expect(parser.push('\n5')).toEqual([{ a: '3', b: '4' }]);
    expect(() => parser.end()).toThrow(RowError);
  });

  it('reads a quote that is cut in two by a chunk', () => {
    expect(rowsOf(['a\n"1"', '"2"\n'])).toEqual([{ a: '1"2' }]);
    expect(rowsOf(['a\n"1"', '\n'])).toEqual([{ a: '1' }]);
    expect(rowsOf(['a\n"1"', '\r', '\n'])).toEqual([{ a: '1' }]);
  });
});

describe('what is no CSV file', () => {
  it.each<[string, string, number, string]>([
    ['a quote that nothing closes', 'a,b\n1,"2\n3,4\n', 2, 'a quote is not closed'],
    [
      'text behind a closing quote',
      'a\n1\n"2"3\n',
      3,
      'more text stands behind the closing quote of a value',
    ],
    [
      'a blank behind a closing quote',
      'a,b\n"1" ,2\n',
      2,
      'more text stands behind the closing quote of a value',
    ],
    [
      'a lone CR behind a closing quote',
      'a\n"1"\r2',
      2,
      'more text stands behind the closing quote of a value',
    ],
    ['too few values', 'a,b\n1,2\n3\n', 3, 'it has 1 values for 2 columns'],
    ['too many values', 'a,b\n1,2,3\n', 2, 'it has 3 values for 2 columns'],
    [
      'too many in a last line without an end',
      'a,b\n1,2\n"3",4,5',
      3,
      'it has 3 values for 2 columns',
    ],
    ['a column that comes twice', 'a,b,a\n', 1, 'two columns have the same name'],
    [
      'a column that reaches prototypes',
      'a,__proto__\n1,2',
      1,
      'a column may not be named __proto__',
    ],
  ])('is told with its row: %s', (_what, text, row, message) => {
    expect(failureOf(text)).toEqual({ row, message });
    expect(failureOf(...text)).toEqual({ row, message });
  });

  it('is told before a header of too many columns makes rows', () => {
    const names = Array.from({ length: 16_385 }, (_, at) => `c${at}`);
    expect(failureOf(`${names}\n`)).toEqual({ row: 1, message: 'it has more than 16384 columns' });
    const most = names.slice(1);
    expect(rowsOf([`${most}\n${most}\n`])).toHaveLength(1);
  });

  it('counts records, not lines, and blank ones among them', () => {
    expect(failureOf('a,b\n"1\n\n\n",2\n\n3\n').row).toBe(4);
  });

  it('is told before it fills the memory: a row without an end', () => {
    const part = 'x'.repeat(LONGEST_ROW / 4);
    expect(failureOf('a\n1\n', part, part, part, part, 'x')).toEqual({ row: 3, message: TOO_LONG });
    expect(failureOf('a\n"', part, part, part, part)).toEqual({ row: 2, message: TOO_LONG });
    expect(rowsOf(['a\n', part, part, part, part, '\n'])).toHaveLength(1);
  });
});

/*
 * csv-parse is the judge. Its record delimiters are named: by itself it takes the first line end that it meets,
 * a lone CR among them, for that of the whole file.
 */
const judged = (text: string, options: object = {}): unknown[] =>
  parse(text, { columns: true, record_delimiter: ['\r\n', '\n'], ...options });

/** A CSV writer of its own: `quoted` and `lineEnds` say what it does where it may choose. */
interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly quoted: readonly boolean[];
  readonly lineEnds: readonly string[];
  readonly endsInLine: boolean;
}

const written = (
  { names, rows, quoted, lineEnds, endsInLine }: Table,
  delimiter: string,
): string => {
  let choices = 0;
  const choice = <T>(list: readonly T[]): T | undefined => list[choices++ % list.length];
  const value = (text: string, _at: number, { length }: readonly string[]): string => {
    const isAlone = text === '' && length === 1;
    const mustQuote = isAlone || /["\r\n]/.test(text) || text.includes(delimiter);
    return mustQuote || choice(quoted) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const records = [names, ...rows].map((record) => record.map(value).join(delimiter));
  const last = records.length - 1;
  const end = (at: number): string =>
    at === last && !endsInLine ? '' : (choice(lineEnds) ?? '\n');
  return records.map((record, at) => record + end(at)).join('');
};

const character = fc.oneof(
  fc.constantFrom('"', '""', ',', ';', '\r', '\n', '\r\n', '\ufeff', ' ', '\t', '\u2028', '\0'),
  fc.constantFrom('a', 'B', '7', '-', 'é', '漢', '😀', '👩‍👧', '__proto__'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
const text = fc.string({ unit: character, maxLength: 6 });
const name = text.filter((one) => one !== '__proto__');

const tables = fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((names) =>
  fc.record<Table>({
    names: fc.constant(names),
    rows: fc.array(fc.array(text, { minLength: names.length, maxLength: names.length }), {
      maxLength: 6,
    }),
    quoted: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    lineEnds: fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 1, maxLength: 5 }),
    endsInLine: fc.boolean(),
  }),
);
const places = fc.array(fc.nat(), { maxLength: 12 });

describe('any table', () => {
  it.each([',', ';', '\t', '|'])(
    'separated by %j is read as csv-parse reads it, however it is cut',
    (delimiter) => {
      fc.assert(
        fc.property(tables, places, (table, at) => {
          const whole = written(table, delimiter);
          const rows = rowsOf(cut(whole, at), delimiter);
          expect(rows).toEqual(judged(whole, { delimiter }));
          const values = rows.map((row) =>
            table.names.map((one) => Reflect.get(row as object, one)),
          );
          expect(values).toEqual(table.rows);
        }),
        { numRuns: 300 },
      );
    },
  );
});

/** What comes of a text: its rows, or in which row it fails and why. */
const outcome = (pieces: readonly string[]): unknown => {
  try {
    return rowsOf(pieces);
  } catch (error) {
    // Anything else is a crash.
    if (error instanceof RowError) return `${error.row}: ${error.message}`;
    throw error;
  }
};

/** The rows by csv-parse, or undefined where it refuses them. */
const verdict = (whole: string): unknown[] | undefined => {
  const relaxed = { relax_quotes: true };
  try {
    const [header = []] = judged(whole, { columns: false, to: 1, ...relaxed }) as string[][];
    // It skips blank lines always or never. In a file of one column a blank line is a row with an empty value.
    return judged(whole, { skip_empty_lines: header.length > 1, ...relaxed });
  } catch {
    return undefined;
  }
};

/** All texts of these characters up to a length. */
function* texts(alphabet: string, longest: number, from = ''): Generator<string> {
  yield from;
  if (from.length === longest) return;
  for (const next of alphabet) yield* texts(alphabet, longest, from + next);
}

/*
 * Where both read a text, they differ in one thing alone: a CR that ends the text is half a line end for us, and
 * text for csv-parse. Where one of them refuses:
 * - we refuse two columns of one name, of which csv-parse keeps the last, and text behind a closing quote, which
 *   csv-parse takes for text if it is told to relax;
 * - we skip a line of nothing but "" among several columns as a blank one, which csv-parse refuses.
 */
const isDeliberate = (whole: string): boolean => whole.endsWith('\r');

describe('any text', () => {
  it('of up to five characters that matter is read as csv-parse reads it, where both do', () => {
    let both = 0;
    for (const whole of texts('a,"\n\r', 5)) {
      const rows = outcome([whole]);
      // One character at a time is the most that it can be cut.
      expect(outcome([...whole])).toEqual(rows);
      const theirs = verdict(whole);
      if (!Array.isArray(rows) || theirs === undefined || isDeliberate(whole)) continue;
      both += 1;
      expect({ whole, rows }).toEqual({ whole, rows: theirs });
    }
    expect(both).toBeGreaterThan(700);
  });

  it('that is longer is, too, however it is cut', () => {
    const garbage = fc.string({
      unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(garbage, places, (whole, at) => {
        const rows = outcome([whole]);
        expect(outcome(cut(whole, at))).toEqual(rows);
        const theirs = verdict(whole);
        if (!Array.isArray(rows) || theirs === undefined || isDeliberate(whole)) return;
        expect(rows).toEqual(theirs);
      }),
      { numRuns: 2_000 },
    );
  });
});
