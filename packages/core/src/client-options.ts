import type { GroupClasses } from './api.js';
import type { ClientCredentials, Grant } from './grants.js';
import type { HttpClient } from './http.js';
import type { ApiLife } from './life.js';
import type { ObserveOptions } from './observe.js';
import type { Call, CallOptions, RetryOptions, Transport } from './operation.js';
import type { Secret } from './options.js';
import type { RateGate, RateLimitOptions } from './rate-gate.js';
import type { RawRequest } from './raw-request.js';
import type { Clock } from './time.js';
import type { Credentials, TokenEndpoint } from './token-endpoint.js';
import type { TokenProvider } from './token-provider.js';
import type { TokenStore } from './token-store.js';

/** Options of a transport: how requests travel. */
export interface TransportOptions extends ObserveOptions {
  /** Origin of the API, such as `https://api.example.com`, for calls and tokens; the product's path may follow. @default the product's */
  readonly baseUrl?: string | undefined;
  /** Allow `http://` to 127.0.0.1, [::1] and localhost, for a sandbox. @default false */
  readonly allowLoopbackHttp?: boolean | undefined;
  /** An axios instance of your own (proxy, agent, adapter, interceptors) instead of the built-in transport. */
  readonly axios?: HttpClient | undefined;
  /** What follows our own user agent, such as `my-app/1.0`; `false` sends none. A browser sends its own. @default nothing */
  readonly userAgent?: string | false | undefined;
  /** Limit of a whole call in milliseconds, over all attempts; waiting for the rate limit does not count. @default the operation's own, or 120000 */
  readonly timeoutMs?: number | undefined;
  /**
   * Limit of one attempt in milliseconds, from when it has a connection. @default the operation's own, or 60000; where
   * `timeoutMs` is set, a call that may be repeated gets a third of it, at least 5000, and others all of it
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** Limit of opening a connection in milliseconds; Node only. @default 10000 */
  readonly connectTimeoutMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Fail with a PartialFailureError if a success tells that some entities failed. @default false */
  readonly throwOnPartialFailure?: boolean | undefined;
  /** Time, for tests. @default the system's */
  readonly clock?: Clock | undefined;
  /** Randomness in [0, 1) for jitter, for tests. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Options of a client; `G` is what its API version has of grants. */
export type ClientOptions<G extends Grant> = ClientSettings<G> &
  (ClientPair | GivenCredentials | GivenTokens);

/** The credentials of an app. */
export interface ClientPair {
  /** Id of the app, as the API's developer portal shows it. */
  readonly clientId: string;
  /**
   * The secret, or a function that is asked for it before each token request, and again if the pair was refused.
   * A consent by PKCE may have none (RFC 6749 section 2.1, public clients), where the API version allows it.
   */
  readonly clientSecret?: Secret | undefined;
}

/** Credentials that change while the client lives: an app whose pair is replaced needs no restart. */
export interface GivenCredentials {
  /** Asked before each token request, and again if the pair was refused. */
  readonly credentials: () => Credentials | Promise<Credentials>;
  /** Only beside a `store`: the name of the app there, kept when the pair changes. */
  readonly clientId?: string;
}

/** A client that asks for no token itself. */
export interface GivenTokens {
  /** Tokens from elsewhere, such as another client's `tokens`. */
  readonly tokens: TokenProvider;
  /** Not used. */
  readonly clientId?: string;
}

/** Options of a client, but for who it is. */
export interface ClientSettings<G extends Grant> extends TransportOptions {
  /** @default { type: 'client_credentials' } */
  readonly grant?: G | undefined;
  /** Waits in time instead of failing for the API's rate limit; another client's `rateLimit` to share its budget. @default what the answers tell */
  readonly rateLimit?: RateGate | RateLimitOptions | false | undefined;
  /** Keeps tokens beyond this client. @default none: tokens live and die with the client */
  readonly store?: TokenStore | undefined;
  /** Your own id of whoever consented, for grants of a user in a store. It must not be a secret. */
  readonly subject?: string | undefined;
}

export interface ClientTransport extends Transport {
  /** Closes idle connections. */
  close(): void;
}

/** A product as its package describes it. */
export interface Product {
  readonly name: string;
  readonly origin: string;
  /** Path in front of every operation's, or `''`. */
  readonly prefix: string;
  /** Of its package, for the user agent. */
  readonly packageVersion?: string;
}

/** An API version as its `index.ts` describes it. */
export interface ApiVersion<G extends Grant, T> extends TokenEndpoint<G> {
  readonly product: Product;
  readonly name: string;
  readonly life: ApiLife;
  readonly groups: GroupClasses<T>;
}

/** What every client has beside the operations of its version. */
export interface ClientBase extends Transport {
  /** The client's tokens. Another client may share them: `createClient({ …, tokens: client.tokens })`. */
  readonly tokens: TokenProvider;
  /** Keeps calls within the rate limit. Clients of one app share it: `createClient({ …, rateLimit: client.rateLimit })`. */
  readonly rateLimit: RateGate;
  /**
   * Sends a request that no document names, with tokens, retries and errors as for the others.
   * @example await client.request({ method: 'GET', path: '/2026-07/me' })
   * @throws {ConfigError} for what is no request; nothing is sent
   */
  request(
    request: RawRequest & { readonly response: 'bytes' },
    options?: CallOptions,
  ): Call<Uint8Array>;
  request(
    request: RawRequest & { readonly response: 'stream' },
    options?: CallOptions,
  ): Call<AsyncIterable<Uint8Array>>;
  request<R = unknown>(
    request: RawRequest & { readonly response?: 'json' | undefined },
    options?: CallOptions,
  ): Call<R>;
  /** Closes idle connections. Calls under way go on. */
  close(): void;
}

/** How a client makes those of its app's users. */
export interface SubjectClients<T, G extends Grant> {
  /**
   * The client of a user of the same app: the options of this one, with a rate limit of its own unless a gate
   * was given, for each consent has its own budget. It is cheap: make one for each user, or for each request. The
   * clients of one user and grant share the token in memory, what failed, and the rate limit (the last 1,000 of them).
   * @param subject your own id of the user who consented, by which a `store` tells users apart; no secret
   * @param grant what the user's tokens come from. Default: `{ type: 'refresh_token' }`, from the `store`
   * @throws {ConfigError} for a client that was made with `tokens`; with neither a store nor a refresh token
   */
  forSubject(subject: Subject<G>, grant?: Exclude<G, ClientCredentials>): Client<T, G>;
}

/** None where the API version knows no users. */
type Subject<G extends Grant> = G['type'] extends 'client_credentials' ? never : string;

/** A client of an API version: `T` are its groups of operations, `G` its grants. */
export type Client<T, G extends Grant = Grant> = ClientBase & SubjectClients<T, G> & T;
