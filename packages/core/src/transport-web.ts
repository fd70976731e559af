import { type HttpClient, ownAxios, type Wire } from './http.js';

/** A browser sets the user agent itself. */
export const RUNTIME: string | undefined = undefined;

/** The transport outside Node: fetch, without following redirects. */
export const createAxios = (own: HttpClient | undefined): Wire & { close: () => void } => ({
  // axios asks fetch not to follow redirects, because maxRedirects is 0.
  instance: own ?? ownAxios({ adapter: 'fetch' }),
  close: () => own?.close?.(),
  hint: () => undefined,
});
