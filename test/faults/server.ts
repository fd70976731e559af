import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, json, misbehave, zeros } from './misbehave.ts';

/*
 * A server that misbehaves as it is told. It listens on three loopback ports: the API with its token
 * endpoint, a control port (PUT /script, GET /counts, DELETE /tokens), and a second origin that plays
 * the thief: nothing may ever reach it.
 */

/** Faults in the order of requests; when they are used up, all is well. */
export interface Script {
  readonly token?: readonly Fault[];
  readonly api?: readonly Fault[];
  /** With it the API takes only tokens that were given and are alive: what they announce, and for how long they are. */
  readonly life?: { readonly announcedS: number; readonly realMs: number };
  /** Each refresh token is good once, beginning with `refresh-0`: the second use of one ends the consent. */
  readonly rotates?: boolean;
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
  /** Answers of 401 because of the token. */
  readonly refused: number;
  /** Refresh tokens that came though they were not the last, and consents that this ended. */
  readonly reused: number;
  readonly revoked: number;
  /** Token requests under way at a time, at most. */
  readonly mostToken: number;
  /** Requests whose client left before the answer. */
  readonly left: number;
  /** Sockets that are still open. */
  readonly open: number;
}

export interface FaultServer {
  readonly url: string;
  readonly controlUrl: string;
  close(): Promise<void>;
}

export const startFaultServer = async (): Promise<FaultServer> => {
  const journal = emptyJournal();
  const thief = await listen((_request, response) => {
    journal.thief += 1;
    response.end();
  });
  const { handle, control: controlled } = endpoints(journal, thief.url);
  const main = await listen(handle);
  const control = await listen(async (request, response) => {
    await controlled(request);
    const open = await new Promise<number>((resolve) =>
      main.server.getConnections((_error, count) => resolve(count)),
    );
    json(response, 200, { ...journal, open });
  });
  return {
    url: main.url,
    controlUrl: control.url,
    close: async () => {
      for (const { server } of [main, control, thief]) await stop(server);
    },
  };
};

/** A server on a loopback port: a free one, unless it is told which. */
export const listen = async (
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
  {
    port = 0,
    create = createServer,
  }: { port?: number; create?: (handle: RequestListener) => Server } = {},
): Promise<{ url: string; port: number; server: Server }> => {
  const server = create((request, response) => {
    Promise.resolve(handle(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  // A case that fails may leave it open: the run ends all the same.
  server.unref();
  const bound = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${bound}`, port: bound, server };
};

export const stop = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

export const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

type Journal = { -readonly [K in keyof Omit<Counts, 'open'>]: Counts[K] } & {
  token: Counts['token'][number][];
  api: Counts['api'][number][];
};

const emptyJournal = (): Journal => ({
  token: [],
  api: [],
  thief: 0,
  refused: 0,
  reused: 0,
  revoked: 0,
  mostToken: 0,
  left: 0,
});

const endpoints = (
  journal: Journal,
  thiefUrl: string,
): {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  control(request: IncomingMessage): Promise<void>;
} => {
  let script: Script = {};
  const faults: { token: Fault[]; api: Fault[] } = { token: [], api: [] };
  const ends = new Map<string, number>();
  let tokensUnderWay = 0;
  let lastRefresh: string | undefined;

  const isAlive = (authorization: string): boolean =>
    script.life === undefined || (ends.get(authorization) ?? 0) > performance.now();

  const giveToken = (form: URLSearchParams): Record<string, unknown> => {
    const { announcedS, realMs } = script.life ?? { announcedS: 900, realMs: 900_000 };
    const number = journal.token.length;
    ends.set(`Bearer token-${number}`, performance.now() + realMs);
    const hasRefresh = form.get('grant_type') !== 'client_credentials';
    if (lastRefresh !== undefined && hasRefresh) lastRefresh = `refresh-${number}`;
    return {
      access_token: `token-${number}`,
      token_type: 'Bearer',
      expires_in: announcedS,
      refresh_token: hasRefresh ? `refresh-${number}` : null,
    };
  };

  const isSpent = (form: URLSearchParams): boolean => {
    const sent = form.get('refresh_token');
    if (!script.rotates || sent === null || sent === lastRefresh) return false;
    journal.reused += 1;
    journal.revoked += lastRefresh === undefined ? 0 : 1;
    lastRefresh = undefined;
    return true;
  };

  const faultFor = (isToken: boolean, authorization: string, form: URLSearchParams): Fault => {
    if (isToken && isSpent(form)) return SPENT;
    const told = (isToken ? faults.token : faults.api).shift();
    if (told !== undefined) return told;
    if (isToken || isAlive(authorization)) return { kind: 'ok' };
    journal.refused += 1;
    return { kind: 'status', status: 401 };
  };

  return {
    handle: async (request, response) => {
      const isToken = request.url === '/oauth2/token';
      const { authorization = '' } = request.headers;
      const form = new URLSearchParams(await read(request));
      const at = performance.now();
      const grant = form.get('grant_type') ?? '';
      if (isToken) journal.token.push({ at, grant, refreshToken: form.get('refresh_token') });
      else journal.api.push({ at, authorization });
      tokensUnderWay += isToken ? 1 : 0;
      journal.mostToken = Math.max(journal.mostToken, tokensUnderWay);
      response.once('close', () => {
        tokensUnderWay -= isToken ? 1 : 0;
        journal.left += response.writableFinished || response.errored ? 0 : 1;
      });
      const fault = faultFor(isToken, authorization, form);
      const good = isToken ? giveToken(form) : { data: { type: 'thing' } };
      const bomb = fault.kind === 'gzip-bomb' ? await zeros(256) : undefined;
      await misbehave(fault, { request, response, form, good, thiefUrl, bomb });
    },
    control: async (request) => {
      const body = await read(request);
      if (request.method === 'DELETE') ends.clear();
      if (request.method !== 'PUT') return;
      script = JSON.parse(body) as Script;
      lastRefresh = 'refresh-0';
      faults.token = [...(script.token ?? [])];
      faults.api = [...(script.api ?? [])];
    },
  };
};

const SPENT: Fault = { kind: 'status', status: 400, body: { error: 'invalid_grant' } };
