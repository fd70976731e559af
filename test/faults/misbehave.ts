import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';

/** What to do with one request, and how late. */
export type Fault = FaultKind & { readonly delayMs?: number };

type Headers = Readonly<Record<string, string | readonly string[]>>;

type FaultKind =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Headers;
      readonly body?: unknown;
    }
  | { readonly kind: 'body'; readonly text: string; readonly type?: string }
  | { readonly kind: 'content-type'; readonly type: string }
  | { readonly kind: 'set-fields'; readonly fields: Record<string, unknown> }
  | { readonly kind: 'drop-field'; readonly field: string }
  | { readonly kind: 'redirect'; readonly status: number }
  | {
      readonly kind:
        | 'close-mid-body'
        | 'echo-secret'
        | 'empty-200'
        | 'endless-body'
        | 'gzip-bomb'
        | 'hang'
        | 'lost-response'
        | 'many-headers'
        | 'ok'
        | 'reset'
        | 'reset-mid-body'
        | 'slow-body'
        | 'slow-headers'
        | 'truncated-json';
    };

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly form: URLSearchParams;
  readonly good: Record<string, unknown>;
  readonly thiefUrl: string;
  readonly bomb: Buffer | undefined;
}

export const misbehave = async (fault: Fault, exchange: Exchange): Promise<void> => {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  answer(fault, exchange);
};

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Headers = {},
): void => {
  response.statusCode = status;
  for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...headers }))
    response.setHeader(name, value);
  response.end(JSON.stringify(body));
};

/** This many MiB of zeros, compressed. */
export const zeros = async (mebibytes: number): Promise<Buffer> => {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  const chunk = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < mebibytes; i += 1) {
    if (!gzip.write(chunk)) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  await new Promise<void>((resolve) => gzip.end(() => resolve()));
  return Buffer.concat(chunks);
};

const answer = (
  fault: Fault,
  { request, response, form, good, thiefUrl, bomb }: Exchange,
): unknown => {
  switch (fault.kind) {
    case 'ok':
      return json(response, 200, good);
    case 'status':
      return json(response, fault.status, fault.body ?? {}, fault.headers);
    case 'body':
      return response
        .writeHead(200, { 'content-type': fault.type ?? 'application/json' })
        .end(fault.text);
    case 'content-type':
      return response.writeHead(200, { 'content-type': fault.type }).end(JSON.stringify(good));
    case 'set-fields':
      return json(response, 200, { ...good, ...fault.fields });
    case 'drop-field':
      return json(response, 200, { ...good, [fault.field]: undefined });
    case 'redirect':
      return response.writeHead(fault.status, { location: `${thiefUrl}${request.url}` }).end();
    case 'echo-secret':
      return json(response, 400, {
        error: 'invalid_client',
        error_description: `\u001b]52;c;${echoes(form).join(' ')}\u0007`,
      });
    case 'empty-200':
      return response.writeHead(200, { 'content-type': 'application/json' }).end();
    case 'truncated-json':
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(good).slice(0, 20));
    case 'many-headers': {
      const many = Array.from({ length: 3_000 }, (_, index) => [`x-${index}`, '1']);
      return json(response, 200, good, Object.fromEntries(many));
    }
    case 'lost-response':
      return response.destroy();
    case 'reset':
      return request.socket.resetAndDestroy();
    case 'close-mid-body':
      return begun(response, () => request.socket.destroy());
    case 'reset-mid-body':
      return begun(response, () => request.socket.resetAndDestroy());
    case 'hang':
      return;
    case 'slow-headers':
      return drip(
        response,
        () => request.socket.write('X-Slow: 1\r\n'),
        () => request.socket.write('HTTP/1.1 200 OK\r\n'),
      );
    case 'slow-body':
      response.writeHead(200, { 'content-type': 'application/json' });
      return drip(response, () => response.write(' '));
    case 'endless-body':
      response.writeHead(200, { 'content-type': 'application/json' });
      return flood(response);
    case 'gzip-bomb':
      return response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(bomb);
  }
};

const echoes = (form: URLSearchParams): string[] => {
  const secret = form.get('client_secret') ?? '';
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
};

/** Writes a part of the body, and ends once it has arrived. */
const begun = (response: ServerResponse, end: () => void): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"data":', () => setTimeout(end, 20));
};

const drip = (response: ServerResponse, write: () => void, begin: () => void = () => {}): void => {
  begin();
  const timer = setInterval(write, 20);
  response.on('close', () => clearInterval(timer));
};

const flood = (response: ServerResponse): void => {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};
