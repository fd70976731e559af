import { createAxios } from '#transport';
import { flow } from './byte-stream.js';
import { toCall } from './call.js';
import { CallState } from './call-state.js';
import { clientObject } from './client-object.js';
import type {
  ApiVersion,
  Client,
  ClientOptions,
  ClientTransport,
  GivenTokens,
  Product,
  TransportOptions,
} from './client-options.js';
import { withFields } from './error-copy.js';
import { ConfigError, SdkError } from './errors.js';
import {
  compose,
  type HttpRequest,
  type HttpResponse,
  type Middleware,
  type Send,
} from './exchange.js';
import { ensureWhole, errorIn } from './failure.js';
import { subjectOptions } from './for-subject.js';
import { FutileRenewals } from './futile-renewals.js';
import { checkTokens, givenGate, givenTokens } from './given.js';
import { originOf } from './grant-order.js';
import { type Grant, isUsersGrant, mayBePublic } from './grants.js';
import { axiosSend, type Wire } from './http.js';
import { type Access, type Kept, KeptAccess } from './kept-access.js';
import { CLIENT_OPTIONS, callOptionsOf, checkOptions, checkParams } from './known-options.js';
import { type ApiLife, lifeNotice } from './life.js';
import { authenticate, ensureOk, observe, retry as retryStep } from './middlewares.js';
import { type Observe, observer } from './observe.js';
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
  attemptLimit,
  checkGrant,
  credentialsOf,
  retryPolicy,
  storeKey,
  targetOf,
} from './options.js';
import { isUncertain, outcomeNote } from './outcome.js';
import { own, ownData, ownFields } from './own.js';
import { type RateGate, rateGateOf } from './rate-gate.js';
import { rateLimit } from './rate-limit.js';
import { type RawRequest, toOperation } from './raw-request.js';
import { Refusals } from './refusals.js';
import { type Target, writeRequest } from './request.js';
import { readAnswer } from './response.js';
import { isRepeatedUnseen } from './retry.js';
import { ClientSecrets } from './secrets.js';
import { type Clock, systemClock, withDeadline } from './time.js';
import type { Credentials } from './token-endpoint.js';
import { tokenErrorOf } from './token-failure.js';
import { ensureToken, withGrant } from './token-operation.js';
import { type TokenProvider, tokenProviderOf } from './token-provider.js';
import { toolsOf, withTools } from './transport-tools.js';
import { userAgentOf } from './user-agent.js';

const CALL_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The client of an API version: its groups of operations over one pipeline. */
export const connect = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  stated: ClientOptions<G>,
): Client<T, G> => {
  if (typeof stated !== 'object' || stated === null)
    throw new ConfigError('createClient needs options: { clientId, clientSecret }.');
  const options = ownFields(stated);
  checkOptions('createClient', options, CLIENT_OPTIONS);
  const { origin, prefix } = api.product;
  const { baseUrl = origin, allowLoopbackHttp } = options;
  const target = targetOf({ baseUrl, allowLoopbackHttp, prefix });
  const { close, ...wire } = createAxios(options.axios, target.origin);
  const context = contextOf(options, target, wire, api);
  const { clientSecret } = options as Partial<Record<'clientSecret', unknown>>;
  const common: Common = {
    context,
    forTokens: pipeline(context, []),
    secrets: new ClientSecrets({ clientSecret }),
    refusals: new Refusals(),
    kept: undefined,
  };
  const client = openClient(api, options, common, close);
  const notice = lifeNotice(versionName(api), context.life, context.clock.now());
  if (notice) context.tell({ type: 'warning', message: notice });
  return client;
};

/** What the clients of an app's users share with the one that they were made from. */
interface Common {
  readonly context: Context;
  readonly forTokens: Send;
  /** Of the app. */
  readonly secrets: ClientSecrets;
  readonly refusals: Refusals;
  /** Of its users, from the first on. */
  kept: KeptAccess | undefined;
}

// The connections are those of the first client, and close with it.
const keepOpen = (): void => {};

const openClient = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  options: ClientOptions<G>,
  common: Common,
  close = keepOpen,
): Client<T, G> => {
  const { context } = common;
  const { tokens: given } = options as Partial<GivenTokens>;
  const access =
    given === undefined ? ownAccess(api, options, common) : givenAccess(given, options, common);
  const { rateLimit: gate, secrets, steps, tokens } = access;
  const transport = transportTo(context, { send: pipeline(context, steps), secrets, waits: true });
  const request = (raw: RawRequest, callOptions?: CallOptions): Call<never> =>
    toCall((async () => transport.call(...toOperation<never>(raw), callOptions).withResponse())());
  const forSubject = (subject: string, grant?: Grant): Client<T, G> => {
    const its = subjectOptions(api, options, subject, grant);
    common.kept ??= new KeptAccess(firstUser(api, options, context, { tokens, gate, secrets }));
    return openClient(api, its, common);
  };
  const { call } = transport;
  const base = { call, tokens, rateLimit: gate, request, close, forSubject };
  const { origin } = context.target;
  return clientObject(api, withTools(base, toolsOf(transport)), origin) as Client<T, G>;
};

/**
 * Runs operations without a token, for a generated class alone.
 * @param product where to go if the options do not say
 * @example await new OAuthApi(createTransport({ baseUrl })).getToken({ … })
 * @throws {ConfigError} for a base URL that is no https origin
 */
export const createTransport = (
  stated: TransportOptions & { readonly prefix?: string },
  product?: Pick<Product, 'origin' | 'prefix'>,
): ClientTransport => {
  if (typeof stated !== 'object' || stated === null)
    throw new ConfigError('createTransport takes options: { baseUrl }.');
  const options = ownFields(stated);
  const { prefix: _, ...known } = options;
  // Those of a client do, too, such as a sandbox's.
  checkOptions('createTransport', known, CLIENT_OPTIONS);
  const { allowLoopbackHttp } = options;
  const { baseUrl = product?.origin, prefix = product?.prefix ?? '' } = options;
  const target = targetOf({ baseUrl, allowLoopbackHttp, prefix });
  const { close, ...wire } = createAxios(options.axios, target.origin);
  const context = contextOf(options, target, wire);
  const way = { send: pipeline(context, []), secrets: new ClientSecrets(), waits: true };
  return { ...transportTo(context, way), close };
};

/** What all calls of one client share. */
interface Context extends Wire {
  readonly target: Target;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tell: Observe;
  readonly timeoutMs: number | undefined;
  readonly attemptTimeoutMs: number | undefined;
  readonly connectMs: number;
  readonly retry: RetryOptions | undefined;
  readonly throwOnPartialFailure: boolean | undefined;
  readonly life: ApiLife;
  /** The same for calls and for token requests. */
  readonly steps: Readonly<Record<'ensureOk' | 'observe' | 'retry', Middleware>>;
  readonly attempt: Send;
}

const contextOf = (
  options: TransportOptions,
  origin: Target,
  wire: Wire,
  api?: Pick<ApiVersion<Grant, unknown>, 'life' | 'name' | 'product'>,
): Context => {
  const { clock = systemClock, random = Math.random, timeoutMs, retry } = options;
  const { attemptTimeoutMs, throwOnPartialFailure } = options;
  const connectMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const target = { ...origin, userAgent: userAgentOf(options.userAgent, api?.product) };
  const tell = observer(options, api && { product: api.product.name, version: api.name });
  const life = ownFields(api?.life ?? {});
  const limits = { timeoutMs, attemptTimeoutMs, connectMs };
  return {
    ...wire,
    ...limits,
    target,
    clock,
    random,
    tell,
    retry,
    throwOnPartialFailure,
    life,
    steps: {
      ensureOk: ensureOk(clock),
      retry: retryStep(clock, random),
      observe: observe(tell, clock),
    },
    attempt: axiosSend(wire, clock),
  };
};

const versionName = ({ product, name }: { product: Product; name: string }): string =>
  `${product.name}/${name}`;

const givenAccess = <G extends Grant>(
  given: TokenProvider,
  options: ClientOptions<G>,
  { context, secrets }: Common,
): Access => {
  checkTokens(given);
  const safe = givenTokens(given, context.tell);
  return accessWith(options, context, {
    tokens: given,
    safe,
    secrets: new ClientSecrets(options, secrets),
    last: undefined,
  });
};

const ownAccess = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  options: ClientOptions<G>,
  common: Common,
): Access => {
  const grant = grantOf(api, options);
  const { user: key, grant: name } = placeOf(common.context, options, grant);
  const make = (last?: Access): Access => {
    const secrets = last?.secrets ?? new ClientSecrets(options, common.secrets);
    if (last) secrets.addGrant(grant);
    const tokens = ownTokens(api, options, common, { grant, key, secrets });
    return accessWith(options, common.context, { tokens, safe: tokens, secrets, last });
  };
  return common.kept && isUsersGrant(grant) ? common.kept.of(key, name, make) : make();
};

/** What the first client of all knows is its user's, too. */
const firstUser = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  options: ClientOptions<G>,
  context: Context,
  {
    gate,
    secrets,
    tokens,
  }: { readonly gate: RateGate; readonly secrets: ClientSecrets; readonly tokens: TokenProvider },
): Kept | undefined => {
  const grant = grantOf(api, options);
  if (!isUsersGrant(grant)) return undefined;
  const parts = { tokens, safe: tokens, secrets, last: undefined };
  const access = accessWith({ ...options, rateLimit: gate }, context, parts);
  return { ...placeOf(context, options, grant), access };
};

const grantOf = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  { grant, store }: ClientOptions<G>,
): G => checkGrant(grant, api.grants, versionName(api), store !== undefined);

/** What a user's access is found by. */
const placeOf = <G extends Grant>(
  { target }: Context,
  options: ClientOptions<G>,
  grant: G,
): Omit<Kept, 'access'> => {
  const origin = originOf(grant);
  return {
    user: storeKey(target, grant, options),
    grant: origin && `${grant.type} ${origin}`,
  };
};

const ownTokens = <G extends Grant, T>(
  api: ApiVersion<G, T>,
  options: ClientOptions<G>,
  { context, forTokens, kept, refusals, secrets: ofApp }: Common,
  {
    grant,
    key,
    secrets,
  }: { readonly grant: G; readonly key: string; readonly secrets: ClientSecrets },
): TokenProvider => {
  const { store = kept?.memory } = options;
  const { clock, random, tell } = context;
  const isPublic = own(api, 'publicClients') === true && mayBePublic(grant);
  const credentials = credentialsOf(options, isPublic);
  const isStated = typeof own(options, 'clientSecret') === 'string';
  return tokenProviderOf({
    endpoint: api,
    transport: callsOf(context, { send: forTokens, secrets, waits: false }),
    grant,
    credentials: isStated ? credentials : noted(credentials, ofApp),
    clock,
    random,
    tell,
    store,
    // Of what is in no store many clients need not keep the name.
    key: store && key,
    secrets,
    refusals,
  });
};

interface AccessParts {
  readonly tokens: TokenProvider;
  /** As the pipeline takes them. */
  readonly safe: TokenProvider;
  readonly secrets: ClientSecrets;
  /** With another grant of the same user. */
  readonly last: Access | undefined;
}

const accessWith = <G extends Grant>(
  options: ClientOptions<G>,
  { clock, tell }: Context,
  { tokens, safe, secrets, last }: AccessParts,
): Access => {
  const isUsers = options.grant !== undefined && isUsersGrant(options.grant);
  const gate = last?.rateLimit ?? rateGateOf(options.rateLimit, clock, isUsers);
  const limit = rateLimit(gate === options.rateLimit ? givenGate(gate, tell) : gate, tell, clock);
  const futile = last?.futile ?? new FutileRenewals(clock);
  return { tokens, rateLimit: gate, futile, secrets, steps: [authenticate(safe, futile), limit] };
};

/** The users of an app share its secret, whichever of them asked for it. */
const noted =
  (credentials: () => Promise<Credentials>, ofApp: ClientSecrets) =>
  async (): Promise<Credentials> => {
    const pair = await credentials();
    ofApp.add(pair.clientSecret);
    return pair;
  };

const pipeline = ({ attempt, steps }: Context, access: readonly Middleware[]): Send =>
  compose([steps.ensureOk, steps.retry, ...access, steps.observe], attempt);

/** What the calls of one client go through. */
interface Way {
  readonly send: Send;
  readonly secrets: ClientSecrets;
  /** Not for the token endpoint: token-state.ts remembers for how long, whoever leaves. */
  readonly waits: boolean;
}

const callsOf = (context: Context, way: Way): Transport => {
  const call = <P, R>(
    operation: Operation<P, R>,
    ...[params, callOptions]: Arguments<P>
  ): Call<R> =>
    toCall(run(context, way, ownData(operation), params ?? {}, callOptions) as Promise<Answer<R>>);
  return { call };
};

const transportTo = (context: Context, way: Way): Transport => {
  const { clock, retry, tell } = context;
  return withTools(callsOf(context, way), { clock, retry, tell, secrets: way.secrets });
};

/** Of a token that could not be had many calls share one error: it says nothing of what became of each. */
const ofCall = (error: SdkError, written: Pick<HttpRequest, 'call' | 'operation'>): SdkError => {
  const { outcome } = written.call;
  const note = outcomeNote(written);
  const message = error.message.includes(note) ? error.message : error.message + note;
  const retryable = error.retryable && !isUncertain(written);
  const isTold =
    error.outcome === outcome && error.retryable === retryable && error.message === message;
  return isTold ? error : withFields(error, { message, outcome, retryable });
};

const run = async (
  { target, clock, tell, life, ...defaults }: Context,
  { send, secrets, waits }: Way,
  stated: Operation,
  params: object,
  given: CallOptions | undefined,
): Promise<Answer<unknown>> => {
  checkParams(stated.id, params);
  const options = callOptionsOf(stated.id, given);
  const { operation, grantType, retry: usual } = withGrant(stated, params);
  const { id, timeoutMs: ownMs } = operation;
  const wholeMs = options.timeoutMs ?? defaults.timeoutMs;
  const limitMs = wholeMs ?? ownMs ?? CALL_TIMEOUT_MS;
  const statedMs = options.attemptTimeoutMs ?? defaults.attemptTimeoutMs;
  const policy = { ...retryPolicy(id, usual, defaults.retry, options.retry), waits };
  const isRepeated = policy.limit > 0 && isRepeatedUnseen(operation, policy);
  const deadline = withDeadline(clock, limitMs, options.signal);
  const call = new CallState({
    signal: deadline.signal,
    deadline,
    attemptMs: attemptLimit({ statedMs, wholeMs, ownMs, isRepeated }),
    connectMs: defaults.connectMs,
    retry: policy,
    life,
    hint: defaults.hint,
    known: secrets,
  });
  let came: HttpResponse | undefined;
  try {
    const request = await writeRequest(operation, params, options, target, call);
    came = await send(request);
    const { stream: source, ...response } = came;
    const stream = source && flow(source, clock, options.signal, errorIn(request));
    const answer = readAnswer(request, { ...response, stream }, tell);
    if (grantType !== undefined) {
      call.secrets.addTokens(answer.data);
      ensureToken(request, answer.data, came, clock);
    } else if (options.throwOnPartialFailure ?? defaults.throwOnPartialFailure)
      ensureWhole(request, answer);
    return answer;
  } catch (error) {
    came?.stream?.cancel();
    const isCallers = options.signal?.aborted === true && error === options.signal.reason;
    if (isCallers || !(error instanceof SdkError) || error === call.usersError) throw error;
    const { attempts } = call;
    const told = ofCall(error, { call, operation });
    if (grantType === undefined) throw told;
    throw tokenErrorOf(told, { grantType, attempts, operation: id, status: came?.status });
  } finally {
    deadline.cancel();
  }
};
