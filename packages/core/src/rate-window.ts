/** So many calls in so many milliseconds. */
export interface RateBudget {
  readonly limit: number;
  readonly windowMs: number;
}

/** What an answer says of the rate limit. */
export interface RateAnswer {
  /** True for a 429. */
  readonly isRefused: boolean;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** When the budget is renewed, by the server's clock, in milliseconds since 1970: it tells windows apart. */
  readonly resetAt?: number | undefined;
  /** How long until then, in milliseconds, whatever the local clock shows. */
  readonly resetInMs?: number | undefined;
  /** How long a 429 asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** What is known of the budget of one class of operations. Moments are those of a monotonic clock. */
export interface RateState {
  /** Calls that were let in and have no answer yet: each may or may not be counted by the server. */
  inFlight: number;
  closedUntil: number;
  /** What the user set. */
  own: Window | undefined;
  /** What answers told. */
  told: Window | undefined;
}

interface Window {
  readonly budget: RateBudget;
  /** Calls that the window takes, those in flight among them. */
  left: number;
  endsAt: number;
  readonly resetAt: number | undefined;
  /** True once it ended and no answer has told of the next one. */
  isRenewed: boolean;
  /** From when on it holds no more, unless an answer renews it. */
  readonly forgottenAt: number;
}

export const openState = (): RateState => ({
  inFlight: 0,
  closedUntil: 0,
  own: undefined,
  told: undefined,
});

/** Begins the window of the user's own pace, with the first call. */
export const beginOwn = (state: RateState, budget: RateBudget | undefined, now: number): void => {
  if (budget) state.own ??= windowOf(budget, budget.limit, now + budget.windowMs);
};

/** May one more call be sent? */
export const isOpen = (state: RateState, now: number): boolean => {
  renew(state, now);
  return (
    now >= state.closedUntil && windowsOf(state).every(({ left }) => left - state.inFlight >= 1)
  );
};

/** No call can pass before this moment, whatever the calls in flight bring. */
export const closedUntil = (state: RateState, now: number): number => {
  const spent = windowsOf(state).filter(({ left }) => left < 1);
  return Math.max(now, state.closedUntil, ...spent.map(({ endsAt }) => endsAt));
};

/** The next moment at which time alone may open. */
export const nextChange = (state: RateState, now: number): number => {
  const moments = [state.closedUntil, ...windowsOf(state).map(({ endsAt }) => endsAt)];
  return Math.min(...moments.filter((moment) => moment > now));
};

/**
 * A call has ended. The budget left is the least that an answer told of this window, less all calls
 * in flight: an answer may overtake others that the server counted before it.
 */
export const settle = (
  state: RateState,
  answer: RateAnswer | undefined,
  known: RateBudget,
  now: number,
): void => {
  renew(state, now);
  state.inFlight -= 1;
  if (state.own) state.own.left -= 1;
  const isTold = answer !== undefined && learn(state, answer, known, now);
  // Nobody knows in which window the server counted it.
  if (!isTold && state.told) state.told.left -= 1;
  if (!answer?.isRefused) return;
  const askedMs = answer.retryAfterMs ?? 0;
  if (!isTold || askedMs > (answer.resetInMs ?? 0)) close(state, askedMs, known, now);
};

const windowsOf = ({ own, told }: RateState): Window[] =>
  [own, told].filter((window) => window !== undefined);

const windowOf = (
  budget: RateBudget,
  left: number,
  endsAt: number,
  { resetAt, forgottenAt = Number.POSITIVE_INFINITY }: Partial<Window> = {},
): Window => ({ budget, left, endsAt, resetAt, forgottenAt, isRenewed: false });

const renew = (state: RateState, now: number): void => {
  if (state.told && now >= state.told.forgottenAt) state.told = undefined;
  for (const window of windowsOf(state).filter(({ endsAt }) => now >= endsAt)) {
    window.left = window.budget.limit;
    window.endsAt = now + window.budget.windowMs;
    window.isRenewed = true;
  }
};

/** Takes over what the answer says of its window, unless a later one has begun. */
const learn = (
  state: RateState,
  { isRefused, limit, remaining, resetAt, resetInMs }: RateAnswer,
  known: RateBudget,
  now: number,
): boolean => {
  if (remaining === undefined || resetAt === undefined || resetInMs === undefined) return false;
  const left = isRefused ? 0 : remaining;
  const endsAt = now + resetInMs;
  const { told } = state;
  const isLater = told?.resetAt === undefined || resetAt > told.resetAt;
  if (isLater) {
    const budget = { limit: limit || known.limit, windowMs: known.windowMs };
    state.told = windowOf(budget, left, endsAt, { resetAt });
    return true;
  }
  if (resetAt < told.resetAt || told.isRenewed) return false;
  told.left = Math.min(told.left, left);
  // Servers tell whole seconds, so each answer gives a moment that is late by up to one: the earliest is the best.
  told.endsAt = Math.min(told.endsAt, endsAt);
  return true;
};

/** A refusal that tells of no window: the known figures serve, call by call if it says nothing at all. */
const close = (state: RateState, askedMs: number, known: RateBudget, now: number): void => {
  const paceMs = known.windowMs / known.limit;
  const until = now + Math.max(askedMs, paceMs);
  state.closedUntil = Math.max(state.closedUntil, until);
  if (state.told?.resetAt !== undefined) return;
  const budget = askedMs > 0 ? known : { limit: 1, windowMs: paceMs };
  const forgottenAt = state.closedUntil + known.windowMs;
  state.told = windowOf(budget, 0, state.closedUntil, { forgottenAt });
};
