import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach } from 'vitest';
import {
  type Sandbox,
  type SandboxCredentials,
  type SandboxOptions,
  startSandbox,
} from '../src/index.js';

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox that ends with the test. */
export async function start(options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  return sandbox;
}

/** Of RFC 7636. */
export const VERIFIER = 'a-verifier-of-more-than-forty-three-characters-x';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const PKCE = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };

/** Such as `retailmedia/2026-07`. */
export const VERSIONS: readonly string[] = readdirSync(new URL('../generated/', import.meta.url))
  .sort()
  .map((file) => file.replace(/-(.+)\.json$/, '/$1'));

/** Those whose overlay adds a token endpoint with PKCE. */
export const TODAY: readonly string[] = VERSIONS.filter((name) => /\/20(2[6-9]|[3-9])/.test(name));

export const SHARED = '/oauth2/token';
export const V1 = '/marketing/oauth2/token';

export function postForm(
  sandbox: Sandbox,
  path: string,
  form: Record<string, string> | string,
): Promise<Response> {
  const body = new URLSearchParams(form).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return fetch(sandbox.url + path, { method: 'POST', headers, body });
}

export function formOf({ clientId, clientSecret }: SandboxCredentials): Record<string, string> {
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
}

export async function getToken(sandbox: Sandbox): Promise<string> {
  const response = await postForm(sandbox, SHARED, formOf(sandbox.clientOptions));
  return ((await response.json()) as { access_token: string }).access_token;
}

export function get(sandbox: Sandbox, path: string, token: string): Promise<Response> {
  return fetch(sandbox.url + path, { headers: { authorization: `Bearer ${token}` } });
}

export function postJson(
  sandbox: Sandbox,
  path: string,
  token: string,
  value: unknown,
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(value);
  return fetch(sandbox.url + path, { method: 'POST', headers, body });
}

/** What the consent page sends back with the user. */
export async function consentTo(
  sandbox: Sandbox,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const query = new URLSearchParams({ response_type: 'code', ...parameters });
  const response = await fetch(`${sandbox.consentUrl}?${query}`, { redirect: 'manual' });
  await response.arrayBuffer();
  const { searchParams } = new URL(response.headers.get('location') ?? 'none:');
  return Object.fromEntries(
    [...searchParams].filter(([name]) => /^(code|state|error)$/.test(name)),
  );
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** What fetch would not send: any target, Host or Origin. */
export function raw(
  sandbox: Sandbox,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(sandbox.url);
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const outgoing = request(
      { hostname, port, path, method, headers, agent: false },
      async (incoming) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
      },
    );
    outgoing.on('error', reject).end(body);
  });
}
