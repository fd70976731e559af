import type { AxiosInstance } from 'axios';
import { type Exchanger, ownAxios } from './http.js';

/** The transport outside Node: fetch, without following redirects. */
export const createAxios = (
  own: AxiosInstance | undefined,
): { instance: Exchanger; close: () => void } => ({
  // axios asks fetch not to follow redirects, because maxRedirects is 0.
  instance: own ?? ownAxios({ adapter: 'fetch' }),
  close: () => {},
});
