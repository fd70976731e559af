import axios, { type AxiosInstance } from 'axios';
import { type ByteSource, byteSource, collect } from './byte-stream.js';
import { TransportFault } from './fault.js';
import type { ApiLife } from './life.js';
import type { Method, Operation } from './operation.js';
import { isAmbiguous, type RetryPolicy } from './retry.js';
import { type Clock, type Deadline, raced, withDeadline } from './time.js';

/** What one call carries through all of its attempts. */
export interface CallState {
  /** Aborts for the caller's signal and for the limit of the whole call. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** Limit of one attempt in milliseconds. */
  readonly attemptMs: number;
  readonly retry: RetryPolicy;
  /** Of the client's API version. */
  readonly life: ApiLife;
  readonly hint: Wire['hint'];
  /** HTTP requests sent so far. */
  attempts: number;
  /** True once something was sent that may or may not have been processed. */
  isAmbiguous: boolean;
  /** True once the host's retry budget was empty. */
  isOutOfRetries: boolean;
  /** Values that were sent and may show up nowhere. */
  readonly secrets: Set<string>;
}

/** One HTTP request, written out. */
export interface HttpRequest {
  readonly operation: Operation;
  readonly method: Method;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | ArrayBuffer | undefined;
  readonly call: CallState;
  /** The same with a token of now, for a request that had to wait. */
  readonly renew?: () => Promise<HttpRequest>;
}

/** One HTTP answer. A status is a value here: {@link ensureOk} makes exceptions of some. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** What is to come, of a success that was asked for as a stream; its body is empty. */
  readonly stream?: ByteSource;
}

export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** A step of the pipeline: it may change the request, call `next` more than once, or answer itself. */
export type Middleware = (request: HttpRequest, next: Send) => Promise<HttpResponse>;

/** Runs the first middleware outermost and `send` last. */
export const compose = (middlewares: readonly Middleware[], send: Send): Send =>
  middlewares.reduceRight<Send>((next, middleware) => (request) => middleware(request, next), send);

const LARGEST_ANSWER_BYTES = 50 * 1024 * 1024;
const LARGEST_TOKEN_ANSWER_BYTES = 1024 * 1024;

/** What is needed of an axios instance. */
export interface HttpClient extends Pick<AxiosInstance, 'request'> {
  /** Closes idle connections, when a client closes. */
  close?(): void;
}

/** How requests leave, and what to do if none arrives at the URL. */
export interface Wire {
  readonly instance: HttpClient;
  readonly hint: (url: string) => string | undefined;
}

/** The last step: one HTTP exchange through axios, with none of its defaults that lose secrets or time. */
export const axiosSend =
  (instance: HttpClient, clock: Clock): Send =>
  async (request) => {
    const { call } = request;
    call.signal.throwIfAborted();
    call.attempts += 1;
    const { signal, cancel, end } = withDeadline(clock, call.attemptMs, call.signal);
    try {
      // An adapter of the user's may ignore the signal: the caller is let go all the same.
      const exchanged = exchange(instance, request, signal);
      const letGo = (late: HttpResponse): void => {
        if (signal.aborted) late.stream?.cancel();
      };
      void exchanged.then(letGo, () => {});
      const response = await raced(signal, exchanged);
      call.isAmbiguous ||= isAmbiguous(request.operation, response);
      const { stream } = response;
      if (stream === undefined) return response;
      // By the signal, too: a stream of axios over fetch is deaf while it waits for more.
      const leave = (): void => {
        end();
        stream.cancel();
      };
      return { ...response, stream: { ...stream, cancel: leave } };
    } catch (error) {
      if (error instanceof TransportFault) {
        call.isAmbiguous ||= isAmbiguous(request.operation, error);
      }
      throw error;
    } finally {
      cancel();
    }
  };

// An instance of the user's may have such defaults: they would lead elsewhere, or replace our token.
const NO_DEFAULTS: object = { baseURL: '', allowAbsoluteUrls: true, auth: null };

const exchange = async (
  instance: HttpClient,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> => {
  const isStream = request.operation.response === 'stream';
  const isToken = request.operation.auth === 'none';
  const largest = isToken ? LARGEST_TOKEN_ANSWER_BYTES : LARGEST_ANSWER_BYTES;
  try {
    const { status, headers, data } = await instance.request<unknown>({
      url: request.url,
      method: request.method,
      // Without it axios calls an absent body of a POST, PUT or PATCH a form.
      headers: { 'content-type': false, ...request.headers },
      data: request.body,
      signal,
      responseType: RESPONSE_TYPES[request.operation.response ?? 'json'],
      transformRequest: [],
      transformResponse: [],
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: isStream ? -1 : largest,
      maxBodyLength: Number.POSITIVE_INFINITY,
      timeout: 0,
      ...NO_DEFAULTS,
    });
    if (typeof status !== 'number') {
      throw new TransportFault('response', 'the axios instance changed the answer; leave it whole');
    }
    const head = { status, headers: plainHeaders(headers) };
    if (!isStream) return { ...head, body: bodyOf(data) };
    const stream = byteSource(data);
    const isFile = status >= 200 && status < 300 && status !== 204;
    return isFile
      ? { ...head, body: '', stream }
      : { ...head, body: await collect(stream, largest) };
  } catch (error) {
    throw TransportFault.from(error, request.url);
  }
};

const RESPONSE_TYPES = {
  bytes: 'arraybuffer',
  json: 'text',
  none: 'text',
  stream: 'stream',
  text: 'text',
} as const;

const bodyOf = (data: unknown): string | Uint8Array => {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (typeof data === 'string') return data;
  if (data === null || data === undefined) return '';
  throw new TransportFault(
    'response',
    'the axios instance changed the answer; leave its data as it is',
  );
};

// The first value counts where a header came twice: a joined one is neither of the two.
const plainHeaders = (headers: object): Record<string, string> => {
  const entries = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    String(Array.isArray(value) ? value[0] : value),
  ]);
  return Object.fromEntries(entries);
};

/** An axios instance of ours, with nothing of the module's defaults but what `settings` name. */
export const ownAxios = (settings: object): HttpClient =>
  new axios.Axios({ proxy: false, ...settings });
