import { type Operation, type Parameter, resolve, type Schema } from './documents.js';
import type { ApiRequest } from './server.js';

/** A request as its document sees it: what is declared as a number or a list is one. */
export interface Message {
  readonly path: Fields;
  readonly query: Fields;
  /** Undefined if there is none, or no JSON. */
  readonly body?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Why a request cannot be read; the reason becomes a part of the problem's code. */
export interface Mistake {
  readonly reason: string;
  readonly detail: string;
  /** @default 400 */
  readonly status?: number;
}

export function readMessage(
  operation: Operation,
  path: readonly string[],
  request: ApiRequest,
): Message | Mistake {
  const { parameters, segments, document } = operation;
  const query = new URLSearchParams(request.query);
  const valuesIn = (place: string, textsOf: (name: string) => readonly string[]): Fields =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === place && textsOf(parameter.name).length > 0)
        .map((parameter) => {
          const schema = resolve(parameter.schema ?? {}, document.schemas);
          return [parameter.name, readValue(parameter, schema, textsOf(parameter.name))];
        }),
    );
  const body = readBody(operation, request);
  if ('reason' in body) return body;
  return {
    path: valuesIn('path', (name) => path.filter((_, i) => segments[i] === `{${name}}`)),
    query: valuesIn('query', (name) => query.getAll(name)),
    ...body,
  };
}

export function isJson(mediaType: string): boolean {
  return /[/+]json$/.test(mediaType);
}

function readValue({ explode }: Parameter, schema: Schema, texts: readonly string[]): unknown {
  const { type, items = {} } = schema;
  if (type !== 'array') return texts.length === 1 ? readText(schema, texts[0] ?? '') : texts;
  const parts = explode === false ? texts.flatMap((text) => text.split(',')) : texts;
  return parts.map((text) => readText(items, text));
}

/** A text that does not fit stays one, so that the schema names it. */
function readText({ type }: Schema, text: string): unknown {
  const isNumber = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);
  if ((type === 'integer' || type === 'number') && isNumber) return Number(text);
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}

function readBody(
  { body: declared, responses, document }: Operation,
  { headers, body }: ApiRequest,
): Pick<Message, 'body'> | Mistake {
  const { content = {}, required } = declared ?? {};
  const isAbsent = !body || body.length === 0;
  if (isAbsent && required) return { reason: 'required', detail: 'The body is missing.' };
  if (isAbsent || !declared?.content) return {};
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(/ *;/);
  const name = Object.keys(content).find((declaredType) => covers(declaredType, type));
  if (!name) {
    const wanted = Object.keys(content).join(', ');
    const detail = `The body must be ${wanted}, not ${type || 'without a content type'}.`;
    return { reason: 'content-type', detail, status: responses.has(415) ? 415 : 400 };
  }
  if (isJson(type)) return readJson(body);
  const sent = NAMES[type]?.(body, headers['content-type'] ?? '');
  const fields = resolve(content[name]?.schema ?? {}, document.schemas).required ?? [];
  const missing = sent && fields.find((field) => !sent.includes(field));
  return missing ? { reason: 'required', detail: `The body lacks the field ${missing}.` } : {};
}

function readJson(body: Buffer): Pick<Message, 'body'> | Mistake {
  try {
    return { body: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return { reason: 'json', detail: 'The body is not well-formed JSON.' };
  }
}

/** The names of a form's fields; other types that are no JSON are not looked into. */
const NAMES: Readonly<Record<string, (body: Buffer, contentType: string) => readonly string[]>> = {
  'application/x-www-form-urlencoded': (body) => [
    ...new URLSearchParams(body.toString('utf8')).keys(),
  ],
  'multipart/form-data': (body, contentType) => {
    const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
    const parts = body
      .toString('utf8')
      .split(`--${quoted ?? bare}\r\n`)
      .slice(1);
    return parts.map((part) => {
      const [head = ''] = part.split('\r\n\r\n');
      return /^content-disposition: *form-data;.*\bname="([^"]*)"/im.exec(head)?.[1] ?? '';
    });
  },
};

/** A declared type may be a range, such as `application/*+json`. */
function covers(declared: string, sent: string): boolean {
  const pattern = declared.replace(/[.+]/g, '\\$&').replaceAll('*', '[^/]+');
  return new RegExp(`^${pattern}$`).test(sent);
}
