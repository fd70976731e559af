import { runJob } from '@criteo-sdk/retailmedia';
import { createClient } from '@criteo-sdk/retailmedia/2026-07';
import { type Handler, json, serve } from '../../packages/core/test/server.js';

/*
 * A call that fails in each way that the SDK has an error class for, against a server that echoes
 * what it was sent wherever it can.
 */

export const SECRET = 'papercut+secret/1==';
export const TOKEN = 'papercut-token-Zm9v+/=~1';
export const REFRESH = 'papercut-refresh-9f8e7d';
export const SECRETS: readonly string[] = [SECRET, TOKEN, REFRESH];

type Options = Parameters<typeof createClient>[0];

export interface Failure {
  /** Name of the error class. */
  readonly error: string;
  readonly api: Handler;
  readonly token?: Handler;
  readonly grant?: NonNullable<Options['grant']>;
  /** Headers of the call. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** @default a list of accounts */
  readonly call?: (client: ReturnType<typeof createClient>) => Promise<unknown>;
}

export const giveToken: Handler = (_seen, response) =>
  json(response, 200, {
    access_token: TOKEN,
    refresh_token: REFRESH,
    token_type: 'Bearer',
    expires_in: 900,
  });

const echo =
  (status: number): Handler =>
  ({ headers }, response) => {
    const detail = `You sent ${headers.authorization}`;
    json(response, status, { errors: [{ code: 'echo', detail, traceId: TOKEN }] });
  };

const refuse =
  (code: string): Handler =>
  ({ body }, response) =>
    json(response, 400, { error: code, error_description: `You sent ${body}` });

export const FAILURES: readonly Failure[] = [
  { error: 'ApiError', api: echo(400) },
  { error: 'AuthenticationError', api: echo(401) },
  { error: 'PermissionError', api: echo(403) },
  { error: 'RateLimitError', api: echo(429) },
  { error: 'ConnectionError', api: (_seen, response) => response.destroy() },
  { error: 'TimeoutError', api: () => {}, timeoutMs: 300 },
  {
    error: 'ResponseError',
    api: ({ headers }, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${headers.authorization}`),
  },
  {
    error: 'ConfigError',
    api: echo(400),
    headers: { authorization: `Bearer ${TOKEN}` },
  },
  {
    error: 'PartialFailureError',
    api: echo(200),
    call: ({ account }) => account.getAccounts({}, { throwOnPartialFailure: true }),
  },
  {
    error: 'JobError',
    api: ({ headers }, response) => {
      const attributes = { status: 'failure', message: `You sent ${headers.authorization}` };
      json(response, 200, { data: { id: '1', attributes } });
    },
    call: ({ analytics }) =>
      runJob(analytics.requestRevenueReport, { body: {} }, { intervalMs: 1 }),
  },
  { error: 'TokenError', api: echo(400), token: refuse('invalid_client') },
  {
    error: 'ReauthRequiredError',
    api: echo(400),
    token: refuse('invalid_grant'),
    grant: { type: 'refresh_token', refreshToken: REFRESH },
  },
];

/** What the call rejects with. `more` are options of the client, such as a logger. */
export const failing = async (
  { api, token = giveToken, grant, headers, timeoutMs, call }: Failure,
  more: Partial<Options> = {},
): Promise<unknown> => {
  const server = await serveApi(api, token);
  const client = createClient({
    clientId: 'id',
    clientSecret: SECRET,
    baseUrl: server.url,
    allowLoopbackHttp: true,
    retry: { limit: 0 },
    grant,
    ...more,
  });
  try {
    await (call?.(client) ?? client.account.getAccounts({}, { headers, timeoutMs }));
  } catch (error) {
    return error;
  } finally {
    client.close();
    await server.close();
  }
  throw new Error('The call did not fail.');
};

/** A server with a token endpoint of this kind. */
export const serveApi = (api: Handler, token: Handler = giveToken): ReturnType<typeof serve> =>
  serve((seen, response, before) =>
    seen.url.endsWith('/oauth2/token')
      ? token(seen, response, before)
      : api(seen, response, before),
  );
