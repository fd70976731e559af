import type { Offer } from './accept.js';
import {
  type Body,
  type Fields,
  mediaOf,
  type Operation,
  resolve,
  type Schema,
  successOf,
} from './documents.js';
import { ARRAY, CSV, FORMATS, type Format, LINES, PLAIN, type Row, STREAM } from './formats.js';
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

export interface FileOffer extends Offer {
  readonly format: Format;
}

/** The ways to send an operation's file, the usual one first; none if it sends none. */
export function fileOffers(operation: Operation, asked?: Asked): readonly FileOffer[] {
  const { body: { content = {} } = {} } = successOf(operation);
  const { type, format } = resolve(mediaOf({ content })?.schema ?? {}, operation.document.schemas);
  const isFile =
    operation['x-response-kind'] === 'bytes' || (type === 'string' && format === 'binary');
  if (!isFile) return [];
  const said = FORMATS.get(asked?.format?.toLowerCase() ?? '');
  if (said) return offersOf(said, content);
  const usual = offersOf(usualFormat(content), content);
  // The status of a job has told of its file already.
  if (operation['x-job']) return usual;
  return [...usual, ...[...FORMATS.values()].flatMap((other) => declaredOffers(other, content))];
}

export function writeFile(
  { type, format: { extension, write } }: FileOffer,
  operation: Operation,
  key: string,
  asked?: Asked,
): Download {
  const { body: { content = {} } = {} } = successOf(operation);
  const usual = Object.hasOwn(content, STREAM) ? PRODUCT : CAMPAIGN;
  const columns = asked?.dimensions.length || asked?.metrics.length ? asked : usual;
  return {
    body: Buffer.from(write(rowsOf(key, columns), operation.document)),
    contentType: type,
    headers: { 'content-disposition': `attachment; filename="report.${extension}"` },
  };
}

type Content = NonNullable<Body['content']>;

/** Documents let requests choose formats that none of their media types is for. */
function offersOf(format: Format, content: Content): readonly FileOffer[] {
  const offers = declaredOffers(format, content);
  if (offers.some(({ type }) => type !== PLAIN)) return offers;
  const declaredAs = Object.keys(content).filter((type) => type !== PLAIN);
  return [{ type: format.types[0], declaredAs, format }, ...offers];
}

function declaredOffers(format: Format, content: Content): readonly FileOffer[] {
  const declared = [OCTETS, ...format.types].filter((type) => Object.hasOwn(content, type));
  return declared.map((type) => ({ type, format }));
}

function usualFormat(content: Content): Format {
  if (Object.hasOwn(content, STREAM)) return LINES;
  return Object.hasOwn(content, 'application/json') ? ARRAY : CSV;
}

const OCTETS = 'application/octet-stream';

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
