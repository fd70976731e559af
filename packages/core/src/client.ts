import type { AxiosInstance } from 'axios';
import { createAxios } from '#transport';
import { toCall } from './call.js';
import type { Grant } from './grants.js';
import {
  axiosSend,
  type CallState,
  compose,
  type Exchanger,
  type Middleware,
  type Send,
} from './http.js';
import { type ApiLife, lifeNotice } from './life.js';
import { authenticate, ensureOk, observe, retry } from './middlewares.js';
import { type Observe, type ObserveOptions, observer } from './observe.js';
import type {
  Answer,
  Arguments,
  Call,
  CallOptions,
  Operation,
  RetryOptions,
  Transport,
} from './operation.js';
import {
  checkCredentials,
  checkGrant,
  checkTimeout,
  retryPolicy,
  type Secret,
  secretOf,
  storeKey,
  targetOf,
} from './options.js';
import { type RawRequest, toOperation } from './raw-request.js';
import { type Target, writeRequest } from './request.js';
import { readAnswer } from './response.js';
import { type Clock, systemClock, withDeadline } from './time.js';
import type { TokenEndpoint } from './token-endpoint.js';
import { createTokenProvider, type TokenProvider } from './token-provider.js';
import type { TokenStore } from './token-store.js';

const CALL_TIMEOUT_MS = 120_000;
const ATTEMPT_TIMEOUT_MS = 60_000;

/** Options of a transport: how requests travel. */
export interface TransportOptions extends ObserveOptions {
  /** Origin of the API, such as `https://api.example.com`; tokens come from there, too. @default the product's */
  readonly baseUrl?: string | undefined;
  /** Allow `http://` to 127.0.0.1, [::1] and localhost, for a sandbox. @default false */
  readonly allowLoopbackHttp?: boolean | undefined;
  /** An axios instance of your own (proxy, agent, adapter, interceptors) instead of the built-in transport. */
  readonly axios?: AxiosInstance | undefined;
  /** Limit of a whole call in milliseconds, over all attempts; an attempt has 60 s, or this if it is more. @default the operation's own, or 120000 */
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Time, for tests. @default the system's */
  readonly clock?: Clock | undefined;
  /** Randomness in [0, 1) for jitter, for tests. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Options of a client; `G` is what its API version has of grants. */
export interface ClientOptions<G extends Grant> extends TransportOptions {
  readonly clientId: string;
  /** The secret, or a function that is asked for it before each token request, and again if the pair was refused. */
  readonly clientSecret?: Secret | undefined;
  /** @default { type: 'client_credentials' } */
  readonly grant?: G | undefined;
  /** Tokens from elsewhere, such as another client's `tokens`. */
  readonly tokens?: TokenProvider | undefined;
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
}

/** An API version as its `index.ts` describes it. */
export interface ApiVersion<G extends Grant, T> extends TokenEndpoint<G> {
  readonly product: Product;
  readonly name: string;
  readonly life: ApiLife;
  readonly groups: (transport: Transport) => T;
}

/** What every client has beside the operations of its version. */
export interface ClientBase extends Transport {
  /** The client's tokens. Another client may share them: `createClient({ …, tokens: client.tokens })`. */
  readonly tokens: TokenProvider;
  /** Sends a request that no document names, with tokens, retries and errors as for the others. */
  request<R = unknown>(request: RawRequest, options?: CallOptions): Call<R>;
  /** Closes idle connections. Calls under way go on. */
  close(): void;
}

export type Client<T> = ClientBase & T;

/** The client of an API version: its groups of operations over one pipeline. */
export const connect = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  options: ClientOptions<G>,
): Client<T> => {
  const { origin, prefix } = api.product;
  const target = targetOf({ ...options, baseUrl: options.baseUrl ?? origin, prefix });
  const { instance, close } = createAxios(options.axios);
  const context = contextOf(options, target, instance, api.life);
  const tokens = options.tokens ?? ownTokens(api, options, context);
  const transport = transportTo(context, [authenticate(tokens)]);
  const request = <R>(raw: RawRequest, callOptions?: CallOptions): Call<R> =>
    transport.call(...toOperation<R>(raw), callOptions);
  const notice = lifeNotice(versionName(api), api.life, context.clock.now());
  if (notice) context.tell({ type: 'warning', message: notice });
  return { ...api.groups(transport), ...transport, tokens, request, close };
};

/**
 * Runs operations without a token, for a generated class alone.
 * @example await new OAuthApi(createTransport({ baseUrl })).getToken({ … })
 * @throws {ConfigError} for a base URL that is no https origin
 */
export const createTransport = (
  options: TransportOptions & { readonly prefix?: string },
): ClientTransport => {
  const { instance, close } = createAxios(options.axios);
  return { ...transportTo(contextOf(options, targetOf(options), instance), []), close };
};

/** What all calls of one client share. */
interface Context {
  readonly target: Target;
  readonly instance: Exchanger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tell: Observe;
  readonly timeoutMs: number | undefined;
  readonly retry: RetryOptions | undefined;
  readonly life: ApiLife;
}

const contextOf = (
  options: TransportOptions,
  target: Target,
  instance: Exchanger,
  life: ApiLife = {},
): Context => {
  const { clock = systemClock, random = Math.random, timeoutMs, retry } = options;
  return { target, instance, clock, random, tell: observer(options), timeoutMs, retry, life };
};

const versionName = ({ product, name }: { product: Product; name: string }): string =>
  `${product.name}/${name}`;

const ownTokens = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  options: ClientOptions<G>,
  context: Context,
): TokenProvider => {
  const grant = checkGrant(
    options.grant,
    api.grants,
    versionName(api),
    options.store !== undefined,
  );
  checkCredentials(options);
  const { clientId, clientSecret, store } = options;
  const { clock, random, tell } = context;
  const credentials = async () => ({ clientId, clientSecret: await secretOf(clientSecret) });
  const key = storeKey(context.target, grant, options);
  return createTokenProvider({
    endpoint: api,
    transport: transportTo(context, []),
    grant,
    credentials,
    clock,
    random,
    tell,
    store,
    key,
  });
};

const transportTo = (context: Context, authentication: readonly Middleware[]): Transport => {
  const { instance, clock, random, tell } = context;
  const send = compose(
    [ensureOk(clock), retry(clock, random), ...authentication, observe(tell, clock)],
    axiosSend(instance, clock),
  );
  return {
    call: <P, R>(operation: Operation<P, R>, ...[params, callOptions]: Arguments<P>): Call<R> =>
      toCall(run(context, send, operation, params ?? {}, callOptions ?? {}) as Promise<Answer<R>>),
  };
};

const run = async (
  { target, clock, tell, life, ...defaults }: Context,
  send: Send,
  operation: Operation,
  params: object,
  options: CallOptions,
): Promise<Answer<unknown>> => {
  const statedMs = options.timeoutMs ?? defaults.timeoutMs ?? operation.timeoutMs;
  const limitMs = checkTimeout(operation.id, statedMs ?? CALL_TIMEOUT_MS);
  const policy = retryPolicy(operation.id, defaults.retry, options.retry);
  const deadline = withDeadline(clock, limitMs, options.signal);
  const call: CallState = {
    signal: deadline.signal,
    endsAt: clock.monotonic() + limitMs,
    // Who asks for more time than usual means it for each attempt.
    attemptMs: Math.max(ATTEMPT_TIMEOUT_MS, statedMs ?? 0),
    retry: policy,
    life,
    attempts: 0,
    isAmbiguous: false,
    secrets: new Set(),
  };
  try {
    const request = await writeRequest(operation, params, options, target, call);
    return readAnswer(request, await send(request), tell);
  } finally {
    deadline.cancel();
  }
};
