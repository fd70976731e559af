import http from 'node:http';
import https from 'node:https';
import { ConnectionPool, type Open } from './connection-pool.js';
import { openDirect, openThrough, type ProxyServer } from './open.js';
import type { Origin } from './origin.js';

/** How requests reach their origins. */
export interface Route {
  /** Connections that are kept here; an agent where the runtime keeps its own. */
  readonly to: (origin: Origin, isToken: boolean) => ConnectionPool | http.Agent;
  /** Two routes that agree on it share their connections. */
  readonly key: string;
}

const MOST_CONNECTIONS = 64;
// Token requests must not stand behind calls that wait for a token.
const MOST_TOKEN_CONNECTIONS = 4;
const MOST_POOLS = 1_000;

/*
 * All clients of a process that take one route to an origin share its connections: an app with a client for each
 * of its users would otherwise have a connection for each.
 */
const pools = new Map<string, ConnectionPool>();
/** Clients that are open, by route and origin. */
const users = new Map<string, number>();

/** Is it Node itself? Deno and Bun have connections of their own behind node:http. */
export const isNode = (): boolean => !('Deno' in globalThis) && !process.versions.bun;

/** Straight to the origin. */
export const directRoute: Route = {
  key: '',
  to: (origin, isToken) =>
    isNode()
      ? poolOf(directRoute, origin, isToken, () => openDirect(origin))
      : agentOf(origin, isToken),
};

/** Through a proxy to the origins that `isProxied` says, and straight to others. */
export const proxyRoute = (proxy: ProxyServer, isProxied: (origin: Origin) => boolean): Route => {
  const late = `the proxy ${proxy.origin.host} opened no tunnel`;
  const route: Route = {
    key: `${proxy.origin.text} ${proxy.authorization ?? ''} `,
    to: (origin, isToken) =>
      isProxied(origin)
        ? poolOf(route, origin, isToken, () => openThrough(proxy, origin), late)
        : directRoute.to(origin, isToken),
  };
  return route;
};

const poolOf = (
  { key }: Route,
  { text }: Origin,
  isToken: boolean,
  open: () => Open,
  late?: string,
): ConnectionPool => {
  const name = isToken ? `${key}${text} token` : key + text;
  const existing = pools.get(name);
  if (existing !== undefined) return existing;
  if (pools.size >= MOST_POOLS)
    for (const [other, pool] of pools) if (pool.isEmpty) pools.delete(other);
  const made = new ConnectionPool(
    open(),
    isToken ? MOST_TOKEN_CONNECTIONS : MOST_CONNECTIONS,
    late,
  );
  pools.set(name, made);
  return made;
};

/** One more client uses the connections of a route to an origin; when the last one stops, none is kept any more. */
export const useRoute = ({ key }: Route, origin: string): (() => void) => {
  const name = key + origin;
  // Where a proxy is not for this origin, its connections are the direct ones.
  const ways = new Set([name, origin]);
  users.set(name, (users.get(name) ?? 0) + 1);
  for (const way of ways) for (const pool of poolsOf(way)) pool.keep();
  let isOpen = true;
  return () => {
    // A client that was closed may go on calling, and be closed again.
    const left = (users.get(name) ?? 0) - Number(isOpen);
    isOpen = false;
    if (left > 0) return void users.set(name, left);
    users.delete(name);
    for (const way of ways) for (const pool of users.has(way) ? [] : poolsOf(way)) pool.close();
  };
};

/** For calls and for tokens, as far as there are any. */
const poolsOf = (way: string): ConnectionPool[] =>
  [way, `${way} token`].flatMap((name) => pools.get(name) ?? []);

const agents = new Map<string, http.Agent>();

const agentOf = ({ isTls }: Origin, isToken: boolean): http.Agent => {
  // Deno itself sends a request again when a kept connection ends, even a write or one that was given up.
  const keepAlive = !('Deno' in globalThis);
  const name = [isTls, isToken, keepAlive].join(' ');
  const maxSockets = isToken ? MOST_TOKEN_CONNECTIONS : MOST_CONNECTIONS;
  const agent = agents.get(name) ?? new (isTls ? https : http).Agent({ keepAlive, maxSockets });
  agents.set(name, agent);
  return agent;
};
