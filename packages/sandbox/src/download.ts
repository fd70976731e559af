import {
  type ApiDocument,
  type Fields,
  mediaOf,
  type Operation,
  resolve,
  type Schema,
  successOf,
} from './documents.js';
import type { ApiAnswer, ApiRequest } from './server.js';
import { parseJson } from './validation.js';
import { hash } from './values.js';

export interface Download extends Pick<ApiAnswer, 'headers' | 'contentType'> {
  readonly body: Buffer;
}

// As many as a list has items.
export const ROW_COUNT = 57;

/** The file that an operation sends, in the format that was asked for; undefined if it sends none. */
export function download(operation: Operation, key: string, asked = ''): Download | undefined {
  const { document } = operation;
  const { body: { content = {} } = {} } = successOf(operation);
  const { type, format } = resolve(mediaOf({ content })?.schema ?? {}, document.schemas);
  const isFile =
    operation['x-response-kind'] === 'bytes' || (type === 'string' && format === 'binary');
  if (!isFile) return undefined;
  const [extension, types, write] = FORMATS.get(asked.toLowerCase()) ?? usualFormat(content);
  return {
    body: Buffer.from(write(rowsOf(key), document)),
    contentType: [OCTETS, ...types].find((declared) => declared in content) ?? types.at(-1) ?? '',
    headers: { 'content-disposition': `attachment; filename="report.${extension}"` },
  };
}

/** What a request says, or else its schema's default, in whichever envelope it stands. */
export function formatAsked(
  { requestBody, document }: Operation,
  { body = Buffer.of() }: ApiRequest,
): string | undefined {
  const text = body.toString('utf8');
  const sent = parseJson(text) ?? Object.fromEntries(new URLSearchParams(text));
  return findFormat(mediaOf(requestBody)?.schema ?? {}, sent, document.schemas);
}

function findFormat(schema: Schema, sent: unknown, schemas: Fields): string | undefined {
  const fields = sent as Readonly<Record<string, unknown>> | null | undefined;
  const { properties = {}, items } = resolve(schema, schemas);
  const { format, data, attributes } = properties;
  if (format) return String(fields?.format ?? format.default ?? '');
  if (items) return findFormat(items, fields?.[0], schemas);
  if (data) return findFormat(data, fields?.data, schemas);
  return attributes && findFormat(attributes, fields?.attributes, schemas);
}

type Row = Readonly<Record<string, string | number>>;

/** The end of a file's name; media types, the last for documents that have none of them; the bytes. */
type Format = readonly [extension: string, types: readonly string[], write: Writer];
type Writer = (rows: readonly Row[], document: ApiDocument) => string | Buffer;

const OCTETS = 'application/octet-stream';
const JSON_TYPE = 'application/json';
const STREAM = 'application/x-json-stream';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const CSV: Format = ['csv', ['application/csv', 'text/csv'], toCsv];
const ARRAY: Format = ['json', [JSON_TYPE], (rows) => JSON.stringify(rows)];
const COMPACT: Format = ['json', [JSON_TYPE], toCompact];
const LINES: Format = ['jsonl', [STREAM, JSON_TYPE], toLines];
const XML: Format = ['xml', ['text/xml'], toXml];
const SHEET: Format = ['xlsx', [SHEET_TYPE], toSheet];

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['csv', CSV],
  ['json', ARRAY],
  ['json-compact', COMPACT],
  ['json-newline', LINES],
  ['xml', XML],
  ['excel', SHEET],
  ['xlsx', SHEET],
]);

function usualFormat(content: object): Format {
  if (STREAM in content) return LINES;
  return JSON_TYPE in content ? ARRAY : CSV;
}

function rowsOf(key: string): Row[] {
  return Array.from({ length: ROW_COUNT }, (_, i) => ({
    date: new Date(Date.UTC(2026, 2, 1 + i)).toISOString().slice(0, 10),
    campaignId: String(1 + (hash(`${key} ${i} campaign`) % 1_000_000)),
    // The first one tries readers: it needs quotes in CSV, escapes in XML and more than ASCII.
    campaignName: i === 0 ? 'Été, "Soldes" & <more>\nParis' : `Campaign ${i + 1}`,
    impressions: hash(`${key} ${i} impressions`) % 100_000,
    clicks: hash(`${key} ${i} clicks`) % 1_000,
    currency: 'EUR',
  }));
}

/** RFC 4180, but for the ends of lines; only marketing v1 has those, behind a byte order mark. */
function toCsv(rows: readonly Row[], { version }: ApiDocument): string {
  const [mark, end] = version === 'v1' ? ['\ufeff', '\r\n'] : ['', '\n'];
  const cell = (value: string | number): string =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return mark + lines.map((line) => line.map(cell).join(',') + end).join('');
}

function toXml(rows: readonly Row[]): string {
  const text = (value: string | number): string =>
    String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const fields = (row: Row): string[] =>
    Object.entries(row).map(([name, value]) => `<${name}>${text(value)}</${name}>`);
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
