import type { AxiosInstance } from 'axios';
import { ownAxios } from './http.js';

/** The transport outside Node: fetch, without following redirects. */
export const createAxios = (
  own: AxiosInstance | undefined,
): { instance: AxiosInstance; close: () => void } => ({
  instance: own ?? ownAxios({ adapter: 'fetch', fetchOptions: { redirect: 'error' } }),
  close: () => {},
});
