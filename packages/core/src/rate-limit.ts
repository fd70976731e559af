import type { HttpRequest, HttpResponse, Middleware } from './exchange.js';
import type { Observe } from './observe.js';
import type { RateGate } from './rate-gate.js';
import { rateHeaders } from './rate-headers.js';
import type { RateAnswer } from './rate-window.js';
import type { Clock } from './time.js';

const DEFAULT_CLASS = 'default';

/** Sends when the gate lets the call in. The wait does not count against the call's time limit. */
export const rateLimit =
  (gate: RateGate, tell: Observe, clock: Clock): Middleware =>
  async (request, next) => {
    const { call, operation } = request;
    if (operation.auth === 'none') return next(request);
    const { id, rateClass = DEFAULT_CLASS } = operation;
    let resume: (() => void) | undefined;
    const onWait = (wait: { readonly ms: number; readonly queued: number }): void => {
      resume = call.deadline.hold();
      tell({ type: 'waiting', operation: id, rateClass, ...wait });
    };
    const { attempts, signal } = call;
    await gate
      .enter(rateClass, { operation: id, attempts, signal, onWait })
      .finally(() => resume?.());
    let answer: RateAnswer | undefined;
    try {
      const response = await next(resume ? await renewed(request) : request);
      answer = rateAnswer(response, clock);
      return response;
    } finally {
      gate.learn(rateClass, answer);
    }
  };

// A token may have ended in the queue.
const renewed = async (request: HttpRequest): Promise<HttpRequest> =>
  (await request.renew?.()) ?? request;

const rateAnswer = (response: HttpResponse, clock: Clock): RateAnswer => {
  const { retryAfterMs, ...told } = rateHeaders(response, clock);
  return response.status === 429
    ? { ...told, isRefused: true, retryAfterMs }
    : { ...told, isRefused: false };
};
