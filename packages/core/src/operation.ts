/** HTTP methods that the documents use. */
export type Method = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';

/**
 * How an array travels in a query (OpenAPI `style` and `explode`): the name repeated (`form`, the
 * default and therefore never written), or one value joined by a comma, a space or a pipe.
 */
export type ArrayStyle = 'comma' | 'pipe' | 'space';

/** A query parameter whose name on the wire differs from its name in TypeScript, or whose arrays are joined. */
export interface QueryParameter {
  readonly name: string;
  readonly as?: string;
  readonly style?: ArrayStyle;
}

/** A form field: its name in TypeScript, on the wire, and the value that is sent when none is given. */
export interface FormField {
  readonly name: string;
  readonly as?: string;
  readonly default?: string;
  readonly secret?: true;
}

/** A grant that a token operation takes: the fields that it needs, under their names in TypeScript. */
export interface GrantFields {
  readonly type: string;
  readonly needs?: readonly string[];
}

/**
 * What an answer's body becomes: a parsed value, a string, bytes, `undefined`; or, as no document says but
 * {@link download} asks for, its bytes as they come (`AsyncIterable<Uint8Array>`).
 */
export type ResponseKind = 'bytes' | 'json' | 'none' | 'stream' | 'text';

/**
 * One operation of an API, as data. Generated code writes these constants; only core reads them.
 * What follows from the method is not written: a GET only reads and is safe to retry, a body is JSON.
 */
export interface Operation<P = never, R = unknown, E = unknown> {
  /** Name of the method in the SDK, unique in its API version. */
  readonly id: string;
  readonly method: Method;
  /** Path template with the names that the parameters have in TypeScript: `/accounts/{accountId}`. */
  readonly path: string;
  readonly query?: readonly (QueryParameter | string)[];
  /** True if the operation takes a JSON body (`params.body`). */
  readonly body?: true;
  /** Fields of an `application/x-www-form-urlencoded` body. */
  readonly form?: readonly FormField[];
  /** Fields of a `multipart/form-data` body. */
  readonly multipart?: readonly FormField[];
  /** @default 'json' */
  readonly response?: ResponseKind;
  /** Media types of the answer beside `application/json`, first the preferred one. */
  readonly accept?: readonly string[];
  /** `'none'` for an operation that takes no bearer token, such as the token operation. */
  readonly auth?: 'none';
  /** Only of a token operation: its grants (RFC 6749). Its failures are {@link TokenError}s. */
  readonly grants?: readonly GrantFields[];
  /** True if the operation only reads although its method is not GET; it is then safe to retry. */
  readonly read?: boolean;
  /**
   * May the call be repeated when nobody knows what became of it? Of an operation that does not only read:
   * a write that may be repeated within 10 s of its first sending.
   * @default read === true || method === 'GET'
   */
  readonly safeToRetry?: boolean;
  /** Which budget of the API a call counts against. @default 'default' */
  readonly rateClass?: string;
  /** Time limit of a call in milliseconds, where this operation needs its own. */
  readonly timeoutMs?: number;
  /** Permissions that the operation needs, as the document names them. */
  readonly scopes?: readonly string[];
  /** Carries the types; no value has it. */
  readonly '~types'?: (params: P) => R;
  /** Carries the type of the body of its error answers; no value has it. */
  readonly '~error'?: E;
}

/** How an operation lists page by page. */
export interface Paging {
  /** `page`: by `pageIndex`, from 0, and `pageSize`; `offset`: by `offset` and `limit`. */
  readonly style: 'offset' | 'page';
  /** Where the answer counts all items, such as `meta.totalItems`. */
  readonly total?: string;
  /** Items of a page if the call does not ask. */
  readonly defaultSize?: number;
  readonly maxSize?: number;
}

/** An operation whose answer is a page: {@link paginate}. */
export interface PagedOperation<P = never, R = unknown> extends Operation<P, R> {
  readonly paging: Paging;
}

/** How a job is asked for: both operations take its id alone. */
export interface JobSteps {
  readonly status: Operation;
  readonly output: Operation;
  /** Name of the parameter that takes the id. */
  readonly id: string;
}

/** An operation that creates a job, whose output is a file: {@link runJob}. */
export interface JobOperation<P = never, R = unknown> extends Operation<P, R> {
  readonly job: JobSteps;
}

/** Parameters of an operation that takes none. */
export type NoParams = Readonly<Record<string, never>>;

/** Options of one call, the last argument of every method. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Limit of the whole call in milliseconds, over all attempts and pauses; waiting for the rate limit does not count. @default the client's, the operation's own, or 120000 */
  readonly timeoutMs?: number | undefined;
  /** More request headers. `Authorization` is refused: tokens are the client's business. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Limit of one attempt in milliseconds, from when it has a connection. @default the client's */
  readonly attemptTimeoutMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Fail with a PartialFailureError if a success tells that some entities failed. @default the client's, or false */
  readonly throwOnPartialFailure?: boolean | undefined;
}

/** When and how often a failed attempt is repeated. */
export interface RetryOptions {
  /** Repeats after the first attempt; with 0 only a kept connection that had ended is replaced, unless it is a write and `writes` is false. @default 3 */
  readonly limit?: number | undefined;
  /** Pause before the first repeat in milliseconds; it doubles each time. @default 500 */
  readonly baseMs?: number | undefined;
  /** Longest pause of our own in milliseconds. @default 8000 */
  readonly maxMs?: number | undefined;
  /** Repeat writes that are marked as safe when nobody knows what became of them, within 10 s of their first sending; false outweighs `unsafe`. @default true */
  readonly writes?: boolean | undefined;
  /** Repeat after an ambiguous failure although the operation is not marked safe: it may then happen twice. @default false */
  readonly unsafe?: boolean | undefined;
}

/** `params` may be left out where all of its members may. */
// biome-ignore lint/complexity/noBannedTypes: `{} extends P` asks whether every member is optional
export type Arguments<P, O = CallOptions> = {} extends P
  ? [params?: P, options?: O]
  : [params: P, options?: O];

/** A problem that the API reported, read from any of its error models. */
export interface Problem {
  readonly code?: string;
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  /** Which resource it is about. */
  readonly instance?: string;
  /** Which part of the request it is about, as the API names it. */
  readonly source?: Readonly<Record<string, string>>;
  readonly traceId?: string;
  /** Address of a page about it (`error_uri` of RFC 6749 section 5.2). */
  readonly uri?: string;
}

/** The whole answer of a call: {@link Call.withResponse}. */
export interface Answer<R> {
  readonly data: R;
  readonly status: number;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What failed although the API answered with success: single entities of a bulk call. */
  readonly problems: readonly Problem[];
  /** What the API warned of beside. */
  readonly warnings: readonly Problem[];
  readonly traceId: string | undefined;
  /** HTTP requests that the call took, without those for tokens. */
  readonly attempts: number;
}

/**
 * A running call: a promise of the parsed body, with one method more. The request is on its way
 * already; calling `withResponse` does not send it again.
 */
export interface Call<R> extends Promise<R> {
  /**
   * Status, headers and warnings beside the data. Call it in the same expression as the operation.
   * @example const { data, traceId } = await client.account.getAccounts().withResponse();
   */
  withResponse(): Promise<Answer<R>>;
}

/** What runs operations: a client, or {@link createTransport}. */
export interface Transport {
  call<P, R>(operation: Operation<P, R>, ...args: Arguments<NoInfer<P>>): Call<R>;
}

/** A method of a generated class: a function that works unbound and knows its operation. */
export type Bound<O> =
  O extends Operation<infer P, infer R>
    ? ((...args: Arguments<P>) => Call<R>) & { readonly operation: O }
    : never;
