import type { HttpClient } from '../http.js';
import { agentOptions, directAgents, nodeAxios } from '../transport-node.js';
import { ProxyAgent } from './proxy-agent.js';
import { type Environment, isProxied, readProxy } from './proxy-rules.js';

/**
 * The built-in transport through the proxy that `HTTPS_PROXY` names, but for the hosts in `NO_PROXY`;
 * the names in lower case count first. https goes through CONNECT, so the proxy sees which host is
 * called and no token; http, which is for loopback, goes direct. Without such a variable all does.
 * The environment is read once, now. A tunnel that does not open within 10 s, or that the proxy
 * refuses, fails the call with a `ConnectionError`.
 * @example createClient({ clientId, clientSecret, axios: proxyFromEnv() })
 * @throws {ConfigError} for a proxy whose URL is neither http nor https
 */
export const proxyFromEnv = (env: Environment = process.env): HttpClient => {
  const variables = { ...env };
  const proxy = readProxy(variables);
  const direct = directAgents();
  if (proxy === undefined) return nodeAxios(direct);
  const tunnelled = new ProxyAgent(proxy, agentOptions());
  return nodeAxios({ ...direct, tunnelled }, (url) => isProxied(url, variables));
};
