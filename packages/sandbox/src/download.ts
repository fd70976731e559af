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

/** What a request says about its file. */
export interface Asked extends Columns {
  /** Undefined where the request has no place for it. */
  readonly format: string | undefined;
}

type Columns = Readonly<Record<'dimensions' | 'metrics', readonly string[]>>;

/** The file that an operation sends, as it was asked for; undefined if it sends none. */
export function download(operation: Operation, key: string, asked?: Asked): Download | undefined {
  const { document } = operation;
  const { body: { content = {} } = {} } = successOf(operation);
  const { type, format } = resolve(mediaOf({ content })?.schema ?? {}, document.schemas);
  const isFile =
    operation['x-response-kind'] === 'bytes' || (type === 'string' && format === 'binary');
  if (!isFile) return undefined;
  const known = FORMATS.get(asked?.format?.toLowerCase() ?? '');
  const [extension, types, write] = known ?? usualFormat(content);
  const usual = STREAM in content ? PRODUCT : CAMPAIGN;
  const columns = asked?.dimensions.length || asked?.metrics.length ? asked : usual;
  return {
    body: Buffer.from(write(rowsOf(key, columns), document)),
    contentType: [OCTETS, ...types].find((declared) => declared in content) ?? types.at(-1) ?? '',
    headers: { 'content-disposition': `attachment; filename="report.${extension}"` },
  };
}

export function readAsked(
  { requestBody, document }: Operation,
  { body = Buffer.of() }: ApiRequest,
): Asked {
  const text = body.toString('utf8');
  const sent = parseJson(text) ?? Object.fromEntries(new URLSearchParams(text));
  return {
    format: findFormat(mediaOf(requestBody)?.schema ?? {}, sent, document.schemas),
    dimensions: findNames('dimensions', sent),
    metrics: findNames('metrics', sent),
  };
}

/** Wherever they stand: the requests of a list have their own each, three levels below the body. */
function findNames(list: string, sent: unknown, depth = 3): readonly string[] {
  if (typeof sent !== 'object' || sent === null || depth < 0) return [];
  return Object.entries(sent).flatMap(([name, value]: [string, unknown]) => {
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
    return name === list && isList ? value : findNames(list, value, depth - 1);
  });
}

/** What a request says, or else its schema's default, in whichever envelope it stands. */
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

const CAMPAIGN: Columns = {
  dimensions: ['date', 'campaignId', 'campaignName'],
  metrics: ['impressions', 'clicks', 'currency'],
};
/** No document says what a catalog holds: a guess. */
const PRODUCT: Columns = {
  dimensions: ['id', 'name', 'category', 'brandId', 'brandName', 'retailerId', 'retailerName'],
  metrics: ['price'],
};

function rowsOf(key: string, { dimensions, metrics }: Columns): Row[] {
  return Array.from({ length: ROW_COUNT }, (_, i) => {
    // 389 is prime, so no column of numbers has one twice, and no two rows are the same.
    const numberOf = (name: string): number => (hash(`${key} ${name}`) + 389 * i) % 1_000;
    const texts = dimensions.map((name) => [name, textOf(name, i, numberOf(name))]);
    const numbers = metrics.map((name) => [name, name === 'currency' ? 'EUR' : numberOf(name)]);
    return Object.fromEntries([...texts, ...numbers]) as Row;
  });
}

/** What a human would expect of a dimension of this name. */
function textOf(name: string, row: number, number: number): string {
  const time = new Date(Date.UTC(2026, 2, 1 + row, number % 24)).toISOString();
  if (/(date|day|week|month|year)$/i.test(name)) return time.slice(0, 10);
  if (/hour$/i.test(name)) return time.slice(0, 16);
  if (/(^id|Id|[Gg]tin)$/.test(name)) return String(10_000 + number);
  // The first one tries readers: it needs quotes in CSV, escapes in XML and more than ASCII.
  if (row === 0) return 'Été, "Soldes" & <more>\nParis';
  const label = name.replace(/(?<=.)name$/i, '');
  return `${label.slice(0, 1).toUpperCase()}${label.slice(1)} ${number}`;
}

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
