import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';

/*
 * A server that misbehaves as it is told. It listens on three loopback ports: the API with its token
 * endpoint, a control port (PUT /script, GET /counts, POST /reset), and a second origin that plays
 * the thief: nothing may ever reach it.
 */

/** What to do with one request. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | { readonly kind: 'body'; readonly text: string; readonly type?: string }
  | { readonly kind: 'content-type'; readonly type: string }
  | { readonly kind: 'set-fields'; readonly fields: Record<string, unknown> }
  | { readonly kind: 'drop-field'; readonly field: string }
  | { readonly kind: 'redirect'; readonly status: number }
  | {
      readonly kind:
        | 'echo-secret'
        | 'empty-200'
        | 'endless-body'
        | 'gzip-bomb'
        | 'hang'
        | 'lost-response'
        | 'ok'
        | 'slow-body'
        | 'slow-headers'
        | 'truncated-json';
    };

/** Faults in the order of requests; when they are used up, all is well. */
export interface Script {
  readonly token?: readonly Fault[];
  readonly api?: readonly Fault[];
}

/** What was seen. `at` is milliseconds since the start. */
export interface Counts {
  readonly token: readonly {
    readonly at: number;
    readonly grant: string;
    readonly refreshToken: string | null;
  }[];
  readonly api: readonly { readonly at: number; readonly authorization: string }[];
  readonly thief: number;
  /** Sockets that are still open. */
  readonly open: number;
}

export interface FaultServer {
  readonly url: string;
  readonly controlUrl: string;
  close(): Promise<void>;
}

export const startFaultServer = async (): Promise<FaultServer> => {
  let script: { token: Fault[]; api: Fault[] } = { token: [], api: [] };
  let counts = emptyCounts();
  let issued = 0;
  const bomb = await zeros(256);

  const thief = await listen((_request, response) => {
    counts.thief += 1;
    response.end();
  });
  const main = await listen(async (request, response) => {
    const body = await read(request);
    const isToken = request.url === '/oauth2/token';
    const form = new URLSearchParams(body);
    if (isToken)
      counts.token.push({
        at: performance.now(),
        grant: form.get('grant_type') ?? '',
        refreshToken: form.get('refresh_token'),
      });
    else
      counts.api.push({
        at: performance.now(),
        authorization: request.headers.authorization ?? '',
      });
    const fault = (isToken ? script.token : script.api).shift() ?? { kind: 'ok' };
    if (isToken) issued += 1;
    const good = isToken
      ? {
          access_token: `token-${issued}`,
          token_type: 'Bearer',
          expires_in: 900,
          refresh_token:
            form.get('grant_type') === 'client_credentials' ? null : `refresh-${issued}`,
        }
      : { data: { type: 'thing' } };
    misbehave(fault, { request, response, form, good, thiefUrl: thief.url, bomb });
  });
  const control = await listen(async (request, response) => {
    const body = await read(request);
    if (request.method === 'PUT') script = { token: [], api: [], ...(JSON.parse(body) as object) };
    if (request.method === 'POST') {
      counts = emptyCounts();
      script = { token: [], api: [] };
      issued = 0;
    }
    const open = await new Promise<number>((resolve) =>
      main.server.getConnections((_error, count) => resolve(count)),
    );
    json(response, 200, { ...counts, open });
  });
  return {
    url: main.url,
    controlUrl: control.url,
    close: async () => {
      for (const { server } of [main, control, thief]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly form: URLSearchParams;
  readonly good: Record<string, unknown>;
  readonly thiefUrl: string;
  readonly bomb: Buffer;
}

const misbehave = (
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
    case 'echo-secret': {
      const secret = form.get('client_secret') ?? '';
      const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
      return json(response, 400, {
        error: 'invalid_client',
        error_description: `\u001b]52;c;${forms.join(' ')}\u0007`,
      });
    }
    case 'empty-200':
      return response.writeHead(200, { 'content-type': 'application/json' }).end();
    case 'truncated-json':
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(good).slice(0, 20));
    case 'lost-response':
      return response.destroy();
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

/** This many MiB of zeros, compressed. */
const zeros = async (mebibytes: number): Promise<Buffer> => {
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

const listen = async (
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<{ url: string; server: Server }> => {
  const server = createServer((request, response) => {
    Promise.resolve(handle(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
};

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));
};

const emptyCounts = (): {
  token: Counts['token'][number][];
  api: Counts['api'][number][];
  thief: number;
} => ({ token: [], api: [], thief: 0 });
