import { SDK_NAME } from './criteo/names.js';
import type { Operation, Problem } from './operation.js';
import { outOfSight } from './out-of-sight.js';
import { own, ownFields } from './own.js';

/**
 * What became of a call: `answered`; `not-sent`, no byte of a request left, or was given to a connection; `unknown`,
 * the API may have processed it. Of several attempts unknown outweighs answered, and that not sent.
 */
export type Outcome = 'answered' | 'not-sent' | 'unknown';

/** Data of every error. None of it holds a secret, a header or a body. */
export interface ErrorFields {
  /** Id of the operation that failed, or method and path for `client.request`. */
  readonly operation?: string | undefined;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  /** Would the same call have a chance later, without harm? */
  readonly retryable?: boolean | undefined;
  /** HTTP requests that were sent for the call, and connections that did not come about. */
  readonly attempts?: number | undefined;
  /** What became of the call. @default 'unknown' */
  readonly outcome?: Outcome | undefined;
  /** The API's id of this exchange: quote it to its support. */
  readonly traceId?: string | undefined;
  /** What to do next. */
  readonly hint?: string | undefined;
  /** Id of the job that was under way: {@link resumeJob} goes on with it. */
  readonly jobId?: string | undefined;
  readonly cause?: unknown;
}

const EVERY_ERROR_HAS = [
  'operation',
  'status',
  'retryable',
  'attempts',
  'outcome',
  'traceId',
  'hint',
  'jobId',
];

/**
 * Root of all errors that this SDK throws. A call that its caller aborts rejects with the signal's reason instead.
 * Errors of another copy of this package in the process are instances, too.
 */
export class SdkError extends Error {
  override readonly name: string = 'SdkError';
  declare readonly operation: string | undefined;
  declare readonly status: number | undefined;
  declare readonly retryable: boolean;
  declare readonly attempts: number;
  /** What became of the call: whether the API may have processed it. A write that is `unknown` should be looked up before it is repeated. */
  declare readonly outcome: Outcome;
  declare readonly traceId: string | undefined;
  declare readonly hint: string | undefined;
  declare readonly jobId: string | undefined;

  constructor(message: string, fields: ErrorFields = {}) {
    const cause = own(fields, 'cause');
    super(message, cause === undefined ? undefined : { cause });
    const { retryable = false, attempts = 0, outcome = 'unknown' } = ownFields(fields);
    setKnown(this, { ...fields, retryable, attempts, outcome }, EVERY_ERROR_HAS);
  }

  toJSON(): object {
    return Object.assign({ name: this.name, message: this.message }, this);
  }
}

/** The program is wrong: an option, a parameter, a grant that the API version does not have. Nothing was sent. */
export class ConfigError extends SdkError {
  override readonly name: string = 'ConfigError';

  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { outcome: 'not-sent', ...fields });
  }
}

/** No complete answer came back. */
export class ConnectionError extends SdkError {
  override readonly name: string = 'ConnectionError';
  /** The system's code, such as `ECONNREFUSED`. */
  declare readonly code: string | undefined;

  constructor(message: string, fields: ErrorFields & { readonly code?: string | undefined } = {}) {
    super(message, fields);
    setKnown(this, fields, ['code']);
  }
}

/** A time limit ended the call. */
export class TimeoutError extends ConnectionError {
  override readonly name: string = 'TimeoutError';
  /** The limit that was reached, in milliseconds. */
  declare readonly limitMs: number;

  constructor(message: string, fields: ErrorFields & { readonly limitMs: number }) {
    super(message, { ...fields, code: 'ETIMEDOUT' });
    setKnown(this, fields, ['limitMs']);
  }
}

/** An answer came that cannot be read. */
export class ResponseError extends SdkError {
  override readonly name: string = 'ResponseError';
  declare readonly reason: ResponseErrorReason;

  constructor(message: string, fields: ErrorFields & { readonly reason: ResponseErrorReason }) {
    super(message, fields);
    setKnown(this, fields, ['reason']);
  }
}

export type ResponseErrorReason =
  | 'checksum'
  | 'content-type'
  | 'redirected'
  | 'repeated-page'
  | 'too-large'
  | 'too-many-pages'
  | 'unreadable'
  | 'unsafe-integer';

/** The API answered with an error status. */
export class ApiError extends SdkError {
  override readonly name: string = 'ApiError';
  readonly problems: readonly Problem[];
  /** How long the API asks to wait, in milliseconds, if it says so. */
  declare readonly retryAfterMs: number | undefined;

  constructor(message: string, fields: ApiErrorFields = {}) {
    super(message, fields);
    setKnown(this, fields, ['retryAfterMs']);
    this.problems = ownFields(fields).problems ?? [];
  }

  /** Code of the first problem, as the API wrote it. Codes drift: branch on the status first. */
  get code(): string | undefined {
    return ownFields(this.problems[0] ?? {}).code;
  }
}

export interface ApiErrorFields extends ErrorFields {
  readonly problems?: readonly Problem[] | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** 401, and a fresh token did not help. */
export class AuthenticationError extends ApiError {
  override readonly name: string = 'AuthenticationError';
}

/** 403. */
export class PermissionError extends ApiError {
  override readonly name: string = 'PermissionError';
}

/** 429; or, without `status`, no room in the queue for the rate limit: then this attempt was not sent. */
export class RateLimitError extends ApiError {
  override readonly name: string = 'RateLimitError';
  /** Calls that the budget allows. */
  declare readonly limit: number | undefined;
  declare readonly remaining: number | undefined;
  /** When the API takes a call again. */
  declare readonly resetAt: Date | undefined;

  constructor(message: string, fields: ApiErrorFields & Partial<RateLimitFields> = {}) {
    super(message, fields);
    setKnown(this, fields, ['limit', 'remaining', 'resetAt']);
  }
}

export interface RateLimitFields {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetAt: Date | undefined;
  readonly retryAfterMs: number | undefined;
}

/** The API answered with success, but told that some entities failed; thrown by `throwOnPartialFailure` only. */
export class PartialFailureError extends ApiError {
  override readonly name: string = 'PartialFailureError';
  readonly #data: unknown;

  constructor(message: string, fields: ApiErrorFields & { readonly data?: unknown } = {}) {
    super(message, fields);
    this.#data = own(fields, 'data');
  }

  /** The answer's body: what did succeed. It shows up in no log. */
  get data(): unknown {
    return this.#data;
  }
}

outOfSight(PartialFailureError.prototype, 'data');

/** A job ended without an output: it failed at the API, or expired. */
export class JobError extends SdkError {
  override readonly name: string = 'JobError';
  /** The API's word in lower case, such as `failure`, `failed` or `expired`. */
  declare readonly state: string;

  constructor(message: string, fields: ErrorFields & { readonly state: string }) {
    super(message, fields);
    setKnown(this, fields, ['state']);
  }
}

/**
 * No token could be had: the same error from a token operation, from `client.tokens` and from a call that needed a token.
 * @example
 * if (error instanceof TokenError) console.error(error.code, error.description, error.hint);
 */
export class TokenError extends SdkError {
  override readonly name: string = 'TokenError';
  /** OAuth's error code (RFC 6749 section 5.2), such as `invalid_client`. */
  declare readonly code: string | undefined;
  /** What the endpoint says about it (`error_description`), without what was sent. */
  declare readonly description: string | undefined;
  /** Address of a page about it (`error_uri`). */
  declare readonly uri: string | undefined;
  /** Why an answer could not be used, if one came. */
  declare readonly reason: TokenErrorReason | undefined;
  /** After how many milliseconds a token is requested again: as long as the endpoint asks to wait, or by this client's own pause. */
  declare readonly retryAfterMs: number | undefined;

  constructor(message: string, fields: TokenErrorFields = {}) {
    super(message, fields);
    setKnown(this, fields, ['code', 'description', 'uri', 'reason', 'retryAfterMs']);
  }

  /**
   * What the endpoint said, as the error model of this API version; `undefined` if it gave no code, or another operation failed.
   * @example const model = error.modelOf(client.oAuth.getToken); // OAuthErrorModel | undefined
   */
  modelOf<E>({ operation }: { readonly operation: Operation<never, unknown, E> }): E | undefined {
    if (this.code === undefined || this.operation !== operation.id) return undefined;
    const { code: error, description: error_description, uri: error_uri } = this;
    const stated = Object.entries({ error, error_description, error_uri }).filter(isStated);
    return Object.fromEntries(stated) as E;
  }
}

/** `empty`: no object came; `unusable`: one without a usable bearer token. */
export type TokenErrorReason = ResponseErrorReason | 'empty' | 'unusable';

export interface TokenErrorFields extends ErrorFields {
  readonly code?: string | undefined;
  readonly description?: string | undefined;
  readonly uri?: string | undefined;
  readonly reason?: TokenErrorReason | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The user's consent is used up, revoked or expired: only a new consent helps. */
export class ReauthRequiredError extends TokenError {
  override readonly name: string = 'ReauthRequiredError';
}

/** Sets what is known: a printed error has no `undefined` in it. */
const setKnown = (error: SdkError, fields: object, names: readonly string[]): void => {
  const known = names.map((name): [string, unknown] => [name, own(fields, name)]);
  Object.assign(error, Object.fromEntries(known.filter(isStated)));
};

// What is not known is undefined, whatever another package has written into Object.prototype.
const SOME_HAVE = 'code reason limit remaining resetAt retryAfterMs description uri'.split(' ');
for (const name of [...EVERY_ERROR_HAS, ...SOME_HAVE])
  Object.defineProperty(SdkError.prototype, name, ownFields({ value: undefined, writable: true }));

const isStated = ([, value]: [string, unknown]): boolean => value !== undefined;

const KINDS = {
  SdkError,
  ConfigError,
  ConnectionError,
  TimeoutError,
  ResponseError,
  ApiError,
  AuthenticationError,
  PermissionError,
  RateLimitError,
  PartialFailureError,
  JobError,
  TokenError,
  ReauthRequiredError,
};

// Copies of this package may meet in a process: `instanceof` asks for a mark, by a name that no bundler shortens.
for (const [name, kind] of Object.entries(KINDS)) {
  const mark = Symbol.for(`${SDK_NAME}.${name}`);
  Object.defineProperty(kind.prototype, mark, ownFields({}));
  const hasInstance = ownFields({
    value(this: unknown, error: unknown): boolean {
      // A class of the user's inherits this, and has no mark.
      if (this !== kind) return Function.prototype[Symbol.hasInstance].call(this as object, error);
      return typeof error === 'object' && error !== null && mark in error;
    },
  });
  Object.defineProperty(kind, Symbol.hasInstance, hasInstance);
}
