import { type HttpClient, ownAxios, type Wire } from './http.js';
import { httpAdapter } from './node/http-adapter.js';
import { unusedProxyHint } from './node/proxy-rules.js';
import { directRoute, isNode, type Route, useRoute } from './node/routes.js';

const { bun, deno, node } = process.versions;

/** What runs this program, for the user agent: `node/24.21.0`. */
export const RUNTIME: string = deno ? `deno/${deno}` : bun ? `bun/${bun}` : `node/${node}`;

/** Of an instance of ours, so that a client knows what it gets. */
const ROUTE = Symbol('route');

/**
 * axios over an adapter of ours, node:http and a route. It keeps connections alive (not in Deno), opens at most 64 to
 * an origin and 4 for tokens, follows no redirect, uses no proxy unasked, and bounds what it reads.
 */
export const nodeAxios = (route: Route): HttpClient =>
  Object.assign(ownAxios({ adapter: httpAdapter(route.to) }), { [ROUTE]: route });

let direct: HttpClient | undefined;

/** The transport of a client on Node. */
export const createAxios = (
  own: HttpClient | undefined,
  origin: string,
): Wire & { close: () => void } => {
  direct ??= nodeAxios(directRoute);
  const instance = own ?? direct;
  const { [ROUTE]: route } = instance as { readonly [ROUTE]?: Route };
  if (route === undefined) {
    const close = (): void => own?.close?.();
    return { instance, isOurs: false, isRecording: false, close, hint: () => undefined };
  }
  const hint = own ? (): undefined => undefined : unusedProxyHint;
  const close = useRoute(route, origin);
  return { instance, isOurs: !own, isRecording: isNode(), close, hint };
};
