import type { HttpClient } from '../http.js';
import { ownFields } from '../own.js';
import { nodeAxios } from '../transport-node.js';
import { placeOf } from './origin.js';
import { type Environment, isProxied, readProxy } from './proxy-rules.js';
import { directRoute, proxyRoute } from './routes.js';

/**
 * The built-in transport through the proxy that `HTTPS_PROXY` names, but for the hosts in `NO_PROXY`;
 * the names in lower case count first. https goes through CONNECT, so the proxy sees which host is
 * called and no token; http, which is for loopback, goes direct. Without such a variable all does.
 * The environment is read once, now. A tunnel that does not open within the client's `connectTimeoutMs`, or that
 * the proxy refuses, fails the call with a `ConnectionError`.
 * @example createClient({ clientId, clientSecret, axios: proxyFromEnv() })
 * @throws {ConfigError} for a proxy whose URL is neither http nor https
 */
export const proxyFromEnv = (env: Environment = process.env): HttpClient => {
  const variables = ownFields(env);
  const url = readProxy(variables);
  if (url === undefined) return nodeAxios(directRoute);
  const proxy = { origin: placeOf(url.href).origin, authorization: authorizationOf(url) };
  return nodeAxios(proxyRoute(proxy, (origin) => isProxied(new URL(origin.text), variables)));
};

const authorizationOf = ({ username, password }: URL): string | undefined => {
  if (username + password === '') return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
};
