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
  /** How long the `Retry-After` of a 429 asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** What is known of the budget of one class of operations. Moments are those of a monotonic clock. */
export interface RateState {
  /** What the class has by the API's documentation. */
  readonly known: RateBudget;
  /** Calls that were let in and have no answer yet: each may or may not be counted by the server. */
  inFlight: number;
  /** True until the first answer, whatever it says. */
  isCold: boolean;
  closedUntil: number;
  /**
   * Set when an answer asked to stay away longer than it may close the class. Calls then go one at a
   * time (`due`: the next may go, `out`: it is under way) until one is answered and not refused.
   */
  probing: 'due' | 'out' | undefined;
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
  /** True if the server says that it ends later than it may last here. */
  readonly isCut: boolean;
  /** True once it ended and no answer has told of the next one. */
  isRenewed: boolean;
  /** From when on it holds no more, unless an answer renews it. */
  forgottenAt: number;
}

/** The longest that a `Retry-After` closes a class. */
const LONGEST_CLOSED_MS = 900_000;

/** Calls under way at a time as long as nothing is known. */
const MOST_COLD = 64;

/** What whole seconds in `Date` and `x-ratelimit-reset` may add to a window. */
const ROUNDING_MS = 2_000;

export const openState = (known: RateBudget): RateState => ({
  known,
  inFlight: 0,
  isCold: true,
  closedUntil: 0,
  probing: undefined,
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
    now >= state.closedUntil &&
    state.inFlight < mostInFlight(state) &&
    windowsOf(state).every(({ left }) => left - state.inFlight >= 1)
  );
};

/** A call goes. */
export const admit = (state: RateState): void => {
  state.inFlight += 1;
  if (state.probing) state.probing = 'out';
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
 * A call has ended; without an answer it counts for nothing. The budget left is the least that an answer told of this
 * window, less all calls in flight: an answer may overtake others that the server counted before it.
 */
export const settle = (state: RateState, answer: RateAnswer | undefined, now: number): void => {
  renew(state, now);
  state.inFlight -= 1;
  const isProbe = state.probing === 'out';
  if (isProbe) state.probing = answer && !answer.isRefused ? undefined : 'due';
  if (!answer) return;
  state.isCold = false;
  if (state.own) state.own.left -= 1;
  const isTold = learn(state, answer, now);
  if (!isTold && state.told) passOver(state.told, answer);
  if (answer.isRefused) close(state, answer.retryAfterMs ?? 0, isTold, now);
};

const mostInFlight = ({ isCold, known, probing }: RateState): number => {
  if (probing) return 1;
  return isCold ? Math.min(MOST_COLD, known.limit) : Number.POSITIVE_INFINITY;
};

const windowsOf = ({ own, told }: RateState): Window[] =>
  [own, told].filter((window) => window !== undefined);

const windowOf = (
  budget: RateBudget,
  left: number,
  endsAt: number,
  { resetAt, isCut = false, forgottenAt = Number.POSITIVE_INFINITY }: Partial<Window> = {},
): Window => ({ budget, left, endsAt, resetAt, isCut, forgottenAt, isRenewed: false });

const renew = (state: RateState, now: number): void => {
  if (state.told && now >= state.told.forgottenAt) state.told = undefined;
  for (const window of windowsOf(state).filter(({ endsAt }) => now >= endsAt)) {
    window.left = window.budget.limit;
    window.endsAt = now + window.budget.windowMs;
    window.isRenewed = true;
    if (window.isCut) state.probing ??= 'due';
  }
};

/** Takes over what the answer says of its window, unless a later one has begun. */
const learn = (
  state: RateState,
  { isRefused, limit, remaining, resetAt, resetInMs }: RateAnswer,
  now: number,
): boolean => {
  const left = isRefused ? 0 : remaining;
  if (left === undefined || resetAt === undefined || resetInMs === undefined) return false;
  // A refusal whose window is over does not tell when the next call may come.
  if (isRefused && resetInMs <= 0) return false;
  const { known, told } = state;
  const isCut = resetInMs > known.windowMs + ROUNDING_MS;
  const endsAt = now + (isCut ? known.windowMs : resetInMs);
  if (!told || isNews(told, resetAt, isCut)) {
    const budget = { limit: limit ?? known.limit, windowMs: known.windowMs };
    state.told = windowOf(budget, left, endsAt, { resetAt, isCut });
    return true;
  }
  if (resetAt !== told.resetAt || told.isRenewed) return false;
  told.left = Math.min(told.left, left);
  // Servers tell whole seconds, so each answer gives a moment that is late by up to one: the earliest is the best.
  told.endsAt = Math.min(told.endsAt, endsAt);
  return true;
};

/** Is this a later window? One that was cut is doubtful: when its time is over, or an answer asks for less, that counts. */
const isNews = (told: Window, resetAt: number, isCut: boolean): boolean => {
  if (told.resetAt === undefined || resetAt > told.resetAt) return true;
  return told.isCut && (told.isRenewed || !isCut);
};

/** An answer told nothing of this window. */
const passOver = (told: Window, answer: RateAnswer): void => {
  // Nobody knows in which window the server counted the call.
  told.left -= 1;
  // One odd answer shall not hold for good: if its window is over and others tell of none, there is none.
  const isSilent = told.resetAt !== undefined && answer.resetAt === undefined;
  if (told.isRenewed && isSilent) told.forgottenAt = Math.min(told.forgottenAt, told.endsAt);
};

/**
 * A refusal closes the class as long as its `Retry-After` asks, within bounds. If it tells of no window the known
 * figures serve, call by call if it says nothing at all.
 */
const close = (state: RateState, retryAfterMs: number, isTold: boolean, now: number): void => {
  const { known } = state;
  const askedMs = Math.min(retryAfterMs, LONGEST_CLOSED_MS);
  if (askedMs < retryAfterMs) state.probing = 'due';
  const paceMs = known.windowMs / known.limit;
  const until = now + (isTold ? askedMs : Math.max(askedMs, paceMs));
  state.closedUntil = Math.max(state.closedUntil, until);
  if (state.told?.resetAt !== undefined) return;
  const budget = askedMs > 0 ? known : { limit: 1, windowMs: paceMs };
  const forgottenAt = state.closedUntil + known.windowMs;
  state.told = windowOf(budget, 0, state.closedUntil, { forgottenAt });
};
