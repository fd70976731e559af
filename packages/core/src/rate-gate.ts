import { knownBudget } from './criteo/rate-budgets.js';
import { ConfigError, RateLimitError } from './errors.js';
import { own, ownFields } from './own.js';
import {
  admit,
  beginOwn,
  closedUntil,
  isOpen,
  nextChange,
  openState,
  type RateAnswer,
  type RateBudget,
  type RateState,
  settle,
} from './rate-window.js';
import { abortable, type Clock } from './time.js';

/** Why and for how long a call waits. */
export interface RateWait {
  /** At least so many milliseconds, as far as is known; 0 if it waits for the answer to another call. */
  readonly ms: number;
  /** Calls of its class that wait, this one among them. */
  readonly queued: number;
}

/** The call that asks to be let in. */
export interface RateEntry {
  readonly operation: string;
  /** HTTP requests that were sent for it. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  /** To be called once before the call has to wait: from then on its time limit stands still. */
  readonly onWait: (wait: RateWait) => void;
}

/**
 * Keeps the calls of one or more clients within a rate limit. `learn` is called once for each
 * `enter` that resolved, so that a gate knows what is in flight.
 */
export interface RateGate {
  /**
   * Resolves as soon as one call of the class may be sent.
   * @throws {RateLimitError} if there is no room in time; rejects with the signal's reason when that aborts
   */
  enter(rateClass: string, entry: RateEntry): Promise<void>;
  /** What the answer said; nothing if none came: then the call does not count. */
  learn(rateClass: string, answer: RateAnswer | undefined): void;
}

export interface RateLimitOptions {
  /** How long a call may wait for room, in milliseconds; its own time limit stands still. @default 900000, 15 minutes */
  readonly maxQueueMs?: number | undefined;
  /** Paces from the first call on, for those who share a budget with others. @default what the answers tell */
  readonly limits?: RateLimits | undefined;
}

/** Budgets by class of operations; reports have one of their own. */
export interface RateLimits {
  readonly default?: RateBudget | undefined;
  readonly reporting?: RateBudget | undefined;
}

/** Lets everything pass. */
const openGate: RateGate = { enter: async () => {}, learn: () => {} };

/**
 * The gate that the option `rateLimit` means.
 * @throws {ConfigError} for a figure that is no positive number
 */
export const rateGateOf = (
  option: RateGate | RateLimitOptions | false | undefined,
  clock: Clock,
  isUsers = false,
): RateGate => {
  if (option === false) return openGate;
  const options = typeof option === 'object' && option ? option : {};
  return isGate(options) ? options : createRateGate(ownFields(options), clock, isUsers);
};

// One of the user's may be of a class.
const isGate = (option: RateGate | RateLimitOptions): option is RateGate => {
  const isPlain = Object.getPrototypeOf(option) === Object.prototype;
  return isPlain ? Object.hasOwn(option, 'enter') : 'enter' in option;
};

const LONGEST_QUEUE_MS = 900_000;

/**
 * A gate in memory. Until the first answer it lets a few calls pass at a time; from then on what the budget has that
 * answers told of, in order, and everything as long as they told of none.
 */
const createRateGate = (options: RateLimitOptions, clock: Clock, isUsers: boolean): RateGate => {
  const { limits = {}, maxQueueMs = LONGEST_QUEUE_MS } = checked(options);
  const lanes = new Map<string, Lane>();
  const laneOf = (rateClass: string): Lane => {
    const lane = lanes.get(rateClass) ?? createLane(knownBudget(rateClass, isUsers));
    lanes.set(rateClass, lane);
    return lane;
  };

  const pump = (lane: Lane): void => {
    lane.stopTimer();
    const now = clock.monotonic();
    for (const waiter of lane.queue) {
      const hasRoom = isOpen(lane.state, now);
      if (!hasRoom && closedUntil(lane.state, now) < waiter.expiresAt) break;
      lane.queue.delete(waiter);
      if (hasRoom) admit(lane.state);
      waiter.settle(hasRoom);
    }
    const [first] = lane.queue;
    if (first === undefined) return;
    const at = Math.min(first.expiresAt, nextChange(lane.state, now));
    lane.stopTimer = clock.after(at - now, () => pump(lane));
  };

  const queueUp = (lane: Lane, signal: AbortSignal): Promise<boolean> =>
    abortable(signal, (settled) => {
      const waiter: Waiter = { expiresAt: clock.monotonic() + maxQueueMs, settle: settled };
      lane.queue.add(waiter);
      pump(lane);
      return () => {
        lane.queue.delete(waiter);
        pump(lane);
      };
    });

  const refusal = (rateClass: string, lane: Lane, { operation, attempts }: RateEntry): Error => {
    const { state } = lane;
    const now = clock.monotonic();
    const ms = closedUntil(state, now) - now;
    const window = state.told ?? state.own;
    const why = state.isCold
      ? `its class (${rateClass}) waits for a first answer, and none came within ${maxQueueMs} ms`
      : `the rate limit of its class (${rateClass}) left no room within ${maxQueueMs} ms`;
    return new RateLimitError(`${operation} was not sent${attempts > 0 ? ' again' : ''}: ${why}.`, {
      operation,
      attempts,
      retryable: true,
      limit: window?.budget.limit,
      remaining: window && 0,
      ...(ms > 0 && { retryAfterMs: Math.ceil(ms), resetAt: new Date(clock.now() + ms) }),
      hint: 'Make fewer calls at once, or let them wait longer: rateLimit: { maxQueueMs }.',
    });
  };

  return {
    enter: async (rateClass, entry) => {
      entry.signal.throwIfAborted();
      const lane = laneOf(rateClass);
      const now = clock.monotonic();
      beginOwn(lane.state, own(limits, rateClass) as RateBudget | undefined, now);
      // Nobody overtakes those who wait.
      if (lane.queue.size === 0 && isOpen(lane.state, now)) {
        return admit(lane.state);
      }
      const ms = closedUntil(lane.state, now) - now;
      if (ms >= maxQueueMs) throw refusal(rateClass, lane, entry);
      entry.onWait({ ms, queued: lane.queue.size + 1 });
      if (!(await queueUp(lane, entry.signal))) throw refusal(rateClass, lane, entry);
    },
    learn: (rateClass, answer) => {
      const lane = laneOf(rateClass);
      settle(lane.state, answer, clock.monotonic());
      pump(lane);
    },
  };
};

/** The calls of one class. */
interface Lane {
  readonly state: RateState;
  /** In the order in which they came. */
  readonly queue: Set<Waiter>;
  stopTimer: () => void;
}

interface Waiter {
  readonly expiresAt: number;
  /** Lets the call in, or refuses it. */
  readonly settle: (hasRoom: boolean) => void;
}

const createLane = (known: RateBudget): Lane => ({
  state: openState(known),
  queue: new Set(),
  stopTimer: () => {},
});

const checked = (options: RateLimitOptions): RateLimitOptions => {
  const { limits = {}, maxQueueMs = 0 } = options;
  if (!(maxQueueMs >= 0)) throw invalid('maxQueueMs', 'a number of milliseconds from 0 on');
  for (const name of ['default', 'reporting'] as const) {
    const budget = own(limits, name) as RateBudget | undefined;
    if (!budget || (budget.limit >= 1 && budget.windowMs > 0)) continue;
    throw invalid(`limits.${name}`, 'like { limit: 100, windowMs: 60_000 }, both positive');
  }
  return options;
};

const invalid = (name: string, shape: string): ConfigError =>
  new ConfigError(`The option 'rateLimit.${name}' must be ${shape}.`);
