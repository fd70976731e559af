import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error: it has no types of its own, and is installed in this folder alone.
import Provider from 'oidc-provider';

/*
 * oidc-provider, which knows nothing of us: an authorization server with PKCE whose refresh tokens
 * rotate, and which ends a consent when one is used twice. Its user consents to everything at once.
 */

export const CLIENT_ID = 'judged';
export const CLIENT_SECRET = 'judged-secret-0123456789';
/** A client that keeps no secret, and may send none. */
export const PUBLIC_ID = 'judged-public';
export const REDIRECT_URI = 'https://app.example/callback';

const CLIENT = {
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
};

const LATENCY_MS = 50;

export interface Judge {
  readonly url: string;
  /** Refresh tokens that were used twice, and consents that were ended. */
  readonly verdicts: { reused: number; revoked: number };
  /** Grants that were spent, by their kind. */
  readonly grants: Record<string, number>;
  close(): Promise<void>;
}

export const startJudge = async (accessTokenSeconds: number): Promise<Judge> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, {
    clients: [
      {
        ...CLIENT,
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        token_endpoint_auth_method: 'client_secret_post',
      },
      { ...CLIENT, client_id: PUBLIC_ID, token_endpoint_auth_method: 'none' },
    ],
    routes: { authorization: '/request', token: '/oauth2/token' },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    ttl: { AccessToken: accessTokenSeconds, RefreshToken: 3_600, Grant: 3_600, Session: 3_600 },
    cookies: { keys: ['a key of a test'] },
    findAccount: async (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: () => '/consent' },
  });
  const verdicts = { reused: 0, revoked: 0 };
  const grants: Record<string, number> = {};
  provider.on('grant.error', (_: unknown, error: { error_detail?: string }) => {
    if (/already used/.test(error.error_detail ?? '')) verdicts.reused += 1;
  });
  provider.on('grant.revoked', () => {
    verdicts.revoked += 1;
  });
  provider.on('grant.success', ({ oidc }: { oidc: { params: { grant_type: string } } }) => {
    const kind = oidc.params.grant_type;
    grants[kind] = (grants[kind] ?? 0) + 1;
  });
  const callback = provider.callback() as (
    request: IncomingMessage,
    response: ServerResponse,
  ) => void;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/consent')) void consent(provider, request, response);
    // As long as a real one takes: time for two to ask at once.
    else setTimeout(() => callback(request, response), LATENCY_MS);
  });
  return {
    url,
    verdicts,
    grants,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const consent = async (
  // biome-ignore lint/suspicious/noExplicitAny: oidc-provider has no types of its own.
  provider: any,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { params, session } = await provider.interactionDetails(request, response);
  const accountId = session?.accountId ?? 'somebody';
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(SCOPE);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
};

/** This server gives nothing where no scope is asked for. */
const SCOPE = 'openid';

/** The browser's part: follows the page's redirects, with its cookies, until it leaves for the app. */
export const browse = async (url: string): Promise<string> => {
  const cookies = new Map<string, string>();
  for (let at = `${url}&scope=${SCOPE}`, hops = 0; hops < 10; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
    at = new URL(location, at).href;
    if (at.startsWith(REDIRECT_URI)) return at;
  }
  throw new Error('The consent page redirects for ever.');
};
