import { styleText } from 'node:util';

/*
 * What the tour prints fits a terminal of 80 columns.
 */

const WIDTH = 80;
const INDENT = ' ';
const GAP = '  ';
/** Below something that was seen. */
export const DEEPER = `${INDENT}  `;

/** A sentence for people. */
export const say = (text: string): void => print(text, INDENT, INDENT);

/** Something that was seen. */
export const saw = (text: string): void => print(text, `${INDENT}· `, DEEPER);

/** More about what was seen. */
export const more = (text: string): void => print(text, DEEPER, `${DEEPER}  `);

export const title = (number: number, text: string): void => {
  if (number > 1) console.log('');
  console.log(
    styleText('bold', `${number}  ${text}`, { validateStream: true, stream: process.stdout }),
  );
};

/** A cell is a list of lines. */
export type Row = readonly (readonly string[])[];

export const table = (rows: readonly Row[], indent = INDENT): void => {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.flatMap((row) => row[column] ?? []).map(lengthOf)),
  );
  for (const row of rows) {
    const height = Math.max(...row.map((cell) => cell.length));
    for (let line = 0; line < height; line += 1) {
      const cells = row.map((cell, column) => padded(cell[line] ?? '', widths[column] ?? 0));
      console.log(indent + cells.join(GAP).trimEnd());
    }
  }
};

const print = (text: string, first: string, next: string): void => {
  let line = first;
  let isEmpty = true;
  for (const word of wordsOf(text, WIDTH - lengthOf(next))) {
    if (!isEmpty && lengthOf(line) + 1 + lengthOf(word) > WIDTH) {
      console.log(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  console.log(line);
};

/** The words of a text; one that no line has room for comes in parts. */
const wordsOf = (text: string, room: number): string[] =>
  text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []);

const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - lengthOf(text)));

const lengthOf = (text: string): number => [...text].length;
