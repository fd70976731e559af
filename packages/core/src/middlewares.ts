import type { AccessToken } from './access-token.js';
import type { HttpRequest, HttpResponse, Middleware } from './exchange.js';
import { errorOfFault, errorOfOddStatus, errorOfStatus, traceOf } from './failure.js';
import { isFault, TransportFault } from './fault.js';
import type { FutileRenewals } from './futile-renewals.js';
import type { AttemptEvent, Observe } from './observe.js';
import { askedWaitMs } from './rate-headers.js';
import { backoffMs, LONGEST_WAIT_MS, mayRepeat, repeatBy, waitMs } from './retry.js';
import { countSuccess, payRetry } from './retry-budget.js';
import { type Clock, sleep } from './time.js';
import type { TokenProvider } from './token-provider.js';

/** Turns faults and error statuses into errors: the only place where a status becomes an exception. */
export const ensureOk =
  (clock: Clock): Middleware =>
  async (request, next) => {
    const outcome = await next(request).catch(faultOnly);
    if (outcome instanceof TransportFault) throw errorOfFault(request, outcome);
    if (outcome.status >= 400) throw errorOfStatus(request, outcome, clock);
    if (outcome.status < 200 || outcome.status >= 300) throw errorOfOddStatus(request, outcome);
    return outcome;
  };

/**
 * Repeats what may be repeated, spaced as the answer asks (unless the call's policy is not to wait) or by a growing pause. The pause after a 429 does not count
 * against the call's time limit: it is a wait for the rate limit, as in the queue of the gate.
 */
export const retry =
  (clock: Clock, random: () => number): Middleware =>
  async (request, next) => {
    const { call, operation } = request;
    let last: HttpResponse | TransportFault | undefined;
    for (let repeat = 0; ; repeat += 1) {
      const came = await next(request).catch(faultOnly);
      // A write that may not be repeated any more ends with what came of it before.
      const outcome: HttpResponse | TransportFault = isLate(came) ? (last ?? came) : came;
      countSuccess(request, outcome);
      const isLast = isLate(came) || repeat >= call.retry.limit || !mayRepeat(request, outcome);
      const askedMs = isFault(outcome) ? undefined : askedWaitMs(outcome, clock);
      const pauseMs = waitMs(askedMs, backoffMs(repeat, call.retry, random), random);
      // What takes no token has no rate limit here, so its time goes on.
      const isLimited = !isFault(outcome) && outcome.status === 429 && operation.auth !== 'none';
      const by = repeatBy(request, outcome);
      const isTooLong =
        (call.retry.waits === false && (askedMs ?? 0) > 0) ||
        (askedMs ?? 0) > LONGEST_WAIT_MS ||
        (!isLimited && pauseMs > call.deadline.leftMs()) ||
        clock.monotonic() + pauseMs > by;
      if (isLast || isTooLong || !payRetry(request, outcome)) return valueOrThrow(outcome);
      call.repeatBy = by;
      if (isFault(outcome) && outcome.kind === 'timeout') call.hung(operation);
      last = outcome;
      const resume = isLimited ? call.deadline.hold() : undefined;
      await sleep(clock, pauseMs, call.signal).finally(resume);
    }
  };

const isLate = (outcome: HttpResponse | TransportFault): boolean =>
  isFault(outcome) && outcome.kind === 'late';

/**
 * Sends a bearer token (RFC 6750 section 2.1). After a 401 the token is given up and the request
 * sent once more with a fresh one: the API has not processed it. Where that helped nothing a moment ago, the token is kept.
 */
export const authenticate =
  (tokens: TokenProvider, futile: FutileRenewals): Middleware =>
  async (request, next) => {
    const { call, operation } = request;
    if (operation.auth === 'none') return next(request);
    const get = (): Promise<AccessToken> => tokenFor(request, tokens);
    let token = await get();
    const renew = async (): Promise<HttpRequest> => {
      token = await get();
      return withBearer(request, token.value);
    };
    const response = await next({ ...withBearer(request, token.value), renew });
    if (response.status < 400) futile.served(operation.id, token.value);
    if (response.status !== 401 || call.hasRenewed) return response;
    call.hasRenewed = true;
    const reason = futile.reason(operation.id, token.value);
    if (!reason) tokens.invalidate(token.value);
    const fresh = await get();
    if (fresh.value === token.value) {
      call.refused = reason ?? 'same';
      if (!reason) futile.add(operation.id, token.value);
      return response;
    }
    const second = await next(withBearer(request, fresh.value));
    if (second.status === 401) futile.add(operation.id, fresh.value);
    else if (second.status < 400) futile.served(operation.id, fresh.value);
    return second;
  };

/** A token in time. If the call's limit ends the wait, nothing of the request was sent. */
const tokenFor = async ({ call }: HttpRequest, tokens: TokenProvider): Promise<AccessToken> => {
  const { signal } = call;
  try {
    return await tokens.get({ signal, withinMs: call.deadline.leftMs() });
  } catch (error) {
    // A provider of the user's rejects with the signal's reason.
    if (!(error instanceof TransportFault) || error !== signal.reason) throw error;
    const { limitMs } = error;
    throw new TransportFault('timeout', 'no token came', { limitMs, isUnsent: true });
  }
};

/** Tells of each attempt. */
export const observe =
  (tell: Observe, clock: Clock): Middleware =>
  async (request, next) => {
    const startedAt = clock.monotonic();
    const { id, method, path } = request.operation;
    const report = (outcome: Pick<AttemptEvent, 'fault' | 'status' | 'traceId'>): void =>
      tell({
        type: 'attempt',
        operation: id,
        method,
        path,
        attempt: request.call.attempts,
        ms: clock.monotonic() - startedAt,
        ...outcome,
      });
    try {
      const response = await next(request);
      report({ status: response.status, ...traceOf(request, response) });
      return response;
    } catch (error) {
      report({ fault: faultName(error, request.call.signal) });
      throw error;
    }
  };

const faultName = (error: unknown, signal: AbortSignal): string => {
  if (error instanceof TransportFault) return error.kind;
  return signal.aborted ? 'aborted' : 'thrown';
};

const withBearer = (request: HttpRequest, token: string): HttpRequest => {
  request.call.secrets.add(token);
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
};

const faultOnly = (error: unknown): TransportFault => {
  if (error instanceof TransportFault) return error;
  throw error;
};

const valueOrThrow = (outcome: HttpResponse | TransportFault): HttpResponse => {
  if (outcome instanceof TransportFault) throw outcome;
  return outcome;
};
