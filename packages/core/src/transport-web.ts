import axios, { type AxiosAdapter } from 'axios';
import { type HttpClient, ownAxios, type Wire } from './http.js';

/** A browser sets the user agent itself. */
export const RUNTIME: string | undefined = undefined;

let direct: HttpClient | undefined;

/** The transport outside Node: fetch, without following redirects. Whether a request was sent, it does not tell. */
export const createAxios = (
  own: HttpClient | undefined,
  _origin: string,
): Wire & { close: () => void } => {
  // axios asks fetch not to follow redirects, because maxRedirects is 0.
  direct ??= ownAxios({ adapter });
  const close = (): void => own?.close?.();
  return {
    instance: own ?? direct,
    isOurs: !own,
    isRecording: false,
    close,
    hint: () => undefined,
  };
};

const adapter: AxiosAdapter = (config) =>
  config.responseType === 'stream' ? streamed(config) : axios.getAdapter('fetch')(config);

// axios gives no stream on every runtime that has them, and watches those that it gives.
const streamed: AxiosAdapter = async (config) => {
  const headers = Object.entries(config.headers).filter(([, value]) => typeof value === 'string');
  const response = await fetch(config.url ?? '', {
    method: (config.method ?? 'get').toUpperCase(),
    headers: headers as [string, string][],
    body: (config.data as BodyInit | undefined) ?? null,
    redirect: 'manual',
    signal: (config.signal as AbortSignal | undefined) ?? null,
    // Not every runtime knows it.
    ...('credentials' in Request.prototype && { credentials: 'omit' as const }),
  });
  const { status, statusText, body: data } = response;
  return { data, status, statusText, headers: Object.fromEntries(response.headers), config };
};
