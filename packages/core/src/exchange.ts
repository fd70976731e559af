import type { ByteSource } from './byte-stream.js';
import type { CallState } from './call-state.js';
import type { Method, Operation } from './operation.js';

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
  readonly stream?: ByteSource | undefined;
}

export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** A step of the pipeline: it may change the request, call `next` more than once, or answer itself. */
export type Middleware = (request: HttpRequest, next: Send) => Promise<HttpResponse>;

/** Runs the first middleware outermost and `send` last. */
export const compose = (middlewares: readonly Middleware[], send: Send): Send =>
  middlewares.reduceRight<Send>((next, middleware) => (request) => middleware(request, next), send);
