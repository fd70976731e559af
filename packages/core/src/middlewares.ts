import { errorOfFault, errorOfStatus, redirected, traceOf } from './failure.js';
import { TransportFault } from './fault.js';
import type { HttpRequest, HttpResponse, Middleware } from './http.js';
import type { AttemptEvent, Observe } from './observe.js';
import { askedWaitMs, backoffMs, LONGEST_WAIT_MS, mayRepeat, waitMs } from './retry.js';
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
    // Browsers show a redirect that was not followed as status 0.
    if (outcome.status < 200 || outcome.status >= 300) throw redirected(request, outcome);
    return outcome;
  };

/** Repeats what may be repeated, spaced as the answer asks or by a growing pause. */
export const retry =
  (clock: Clock, random: () => number): Middleware =>
  async (request, next) => {
    const { retry: policy, signal, deadline } = request.call;
    for (let repeat = 0; ; repeat += 1) {
      const outcome = await next(request).catch(faultOnly);
      countSuccess(request, outcome);
      const isLast = repeat >= policy.limit || !mayRepeat(request, outcome);
      const askedMs = 'status' in outcome ? askedWaitMs(outcome, clock) : undefined;
      const pauseMs = waitMs(askedMs, backoffMs(repeat, policy, random), random);
      const isTooLong = (askedMs ?? 0) > LONGEST_WAIT_MS || pauseMs > deadline.leftMs();
      if (isLast || isTooLong || !payRetry(request, outcome)) return valueOrThrow(outcome);
      await sleep(clock, pauseMs, signal);
    }
  };

/**
 * Sends a bearer token (RFC 6750 section 2.1). After a 401 the token is given up and the request
 * sent once more with a fresh one: the API has not processed it.
 */
export const authenticate =
  (tokens: TokenProvider): Middleware =>
  async (request, next) => {
    if (request.operation.auth === 'none') return next(request);
    const { signal } = request.call;
    let token = await tokens.get({ signal });
    const renew = async (): Promise<HttpRequest> => {
      token = await tokens.get({ signal });
      return withBearer(request, token.value);
    };
    const response = await next({ ...withBearer(request, token.value), renew });
    if (response.status !== 401) return response;
    tokens.invalidate(token.value);
    const fresh = await tokens.get({ signal });
    return fresh.value === token.value ? response : next(withBearer(request, fresh.value));
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
      report({ fault: error instanceof TransportFault ? error.kind : 'aborted' });
      throw error;
    }
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
