import axios, { type AxiosError, type AxiosInstance } from 'axios';

/*
 * What axios does by itself, for tests that show the difference.
 */

/** The error of a POST that is refused. */
export const nakedFailure = <T>(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>>,
): Promise<AxiosError<T>> =>
  axios.post(url, body, { headers }).then(
    () => {
      throw new Error('The call did not fail.');
    },
    (error: AxiosError<T>) => error,
  );

/** An instance with the debug mode that is written first: it tells all that is sent. */
export const talkativeAxios = (log: (line: string) => void): AxiosInstance => {
  const instance = axios.create();
  instance.interceptors.request.use((config) => {
    log(`${config.headers.get('authorization')} ${config.data}`);
    return config;
  });
  return instance;
};
