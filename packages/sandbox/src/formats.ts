import { type ApiDocument, JSON_TYPES } from './documents.js';

export type Row = Readonly<Record<string, string | number>>;

export interface Format {
  /** The end of a file's name. */
  readonly extension: string;
  /** What a document may call it; the first if it calls it nothing. */
  readonly types: readonly [string, ...string[]];
  readonly write: (rows: readonly Row[], document: ApiDocument) => string | Buffer;
}

export const PLAIN = 'text/plain';
export const STREAM = 'application/x-json-stream';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export const CSV: Format = {
  extension: 'csv',
  types: ['text/csv', 'application/csv', PLAIN],
  write: toCsv,
};
export const ARRAY: Format = {
  extension: 'json',
  types: JSON_TYPES,
  write: (rows) => JSON.stringify(rows),
};
const COMPACT: Format = { extension: 'json', types: JSON_TYPES, write: toCompact };
export const LINES: Format = {
  extension: 'jsonl',
  types: [STREAM, ...JSON_TYPES],
  write: toLines,
};
const XML: Format = {
  extension: 'xml',
  types: ['text/xml', 'application/xml', PLAIN],
  write: toXml,
};
const SHEET: Format = { extension: 'xlsx', types: [SHEET_TYPE], write: toSheet };

/** As requests call them, in lower case. */
export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['csv', CSV],
  ['json', ARRAY],
  ['json-compact', COMPACT],
  ['json-newline', LINES],
  ['xml', XML],
  ['excel', SHEET],
  ['xlsx', SHEET],
]);

/**
 * RFC 4180, but for the ends of lines; only marketing v1 has those, behind a byte order mark. Pages of the
 * vendor show semicolons for marketing, and commas for retail media.
 */
function toCsv(rows: readonly Row[], { product, version }: ApiDocument): string {
  const [mark, end] = version === 'v1' ? ['\ufeff', '\r\n'] : ['', '\n'];
  const comma = product.startsWith('marketing') ? ';' : ',';
  const cell = (value: string | number): string =>
    /[",;\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return mark + lines.map((line) => line.map(cell).join(comma) + end).join('');
}

function toXml(rows: readonly Row[]): string {
  const text = (value: string | number): string =>
    String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  // Marketing v1 takes any name for a metric; an element's is in ASCII here.
  const tag = (name: string): string => name.replace(/^[^A-Za-z_]|[^\w.-]/g, '_');
  const fields = (row: Row): string[] =>
    Object.entries(row).map(([name, value]) => `<${tag(name)}>${text(value)}</${tag(name)}>`);
  const lines = rows.map((row) => `<row>${fields(row).join('')}</row>\n`);
  return `<?xml version="1.0" encoding="utf-8"?>\n<rows>\n${lines.join('')}</rows>\n`;
}

function toLines(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** No document says what compact means: names once and values in lists is our guess. */
function toCompact(rows: readonly Row[]): string {
  return JSON.stringify({ columns: Object.keys(rows[0] ?? {}), rows: rows.map(Object.values) });
}

/** An empty archive whose comment is no UTF-8: enough to see who reads bytes as text. */
function toSheet(): Buffer {
  return Buffer.from(`504b0506${'00'.repeat(16)}0200fffe`, 'hex');
}
