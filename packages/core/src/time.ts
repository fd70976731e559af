import { onAbort } from './abort.js';
import { TransportFault } from './fault.js';

/** Time, injected: nothing else in core asks for it. */
export interface Clock {
  /** Wall clock in milliseconds since 1970; it may jump. */
  now(): number;
  /** Milliseconds since some moment; never goes back. It may stand still while the machine sleeps. */
  monotonic(): number;
  /**
   * Runs `task` after `ms` milliseconds, unless the returned function is called first.
   * @param isIdle the process may end before: nothing else waits for it
   */
  after(ms: number, task: () => void, isIdle?: boolean): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LATE_MS = 50;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, task, isIdle = false) => {
    const waitMs = Math.min(Math.max(ms, 0), LONGEST_TIMER_MS);
    const lateAt = performance.now() + waitMs + LATE_MS;
    // The process was stopped or busy: what arrived meanwhile comes first, and may make the task needless.
    const inTurn = (): void => {
      if (performance.now() < lateAt) task();
      else timer = setTimeout(task, 0);
    };
    let timer = setTimeout(inTurn, waitMs);
    // Browsers have nothing that a timer could keep alive.
    if (isIdle) (timer as Partial<typeof timer>).unref?.();
    return () => clearTimeout(timer);
  },
};

/** Waits; rejects with the signal's reason as soon as it aborts. */
export const sleep = (
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  isIdle?: boolean,
): Promise<void> => abortable(signal, (resolve) => clock.after(ms, resolve, isIdle));

/**
 * A promise that `start` settles and that a signal may end first. What `start` returns is called
 * when the signal aborted, so that no timer or listener stays behind.
 */
export const abortable = <T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    if (signal === undefined) return void start(resolve, reject);
    if (signal.aborted) return reject(signal.reason);
    let stop = (): void => {};
    const forget = onAbort(signal, () => {
      reject(signal.reason);
      stop();
    });
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        forget();
        settle(value);
      };
    try {
      stop = start(settled(resolve), settled(reject));
    } catch (error) {
      settled(reject)(error);
    }
  });

/** The promise, unless the signal aborts first: then its reason. */
export const raced = <T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> => {
  // Who lost the race may still fail, and nobody listens then.
  promise.catch(() => {});
  return abortable(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
};

/** A time limit that is under way. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** Lets the limit stand still until the returned function is called. */
  readonly hold: () => () => void;
  readonly cancel: () => void;
  /** Aborts the signal, whatever time is left. */
  readonly end: () => void;
}

/** A signal that aborts for `outer` and, with a timeout fault, after `limitMs`. */
export const withDeadline = (
  clock: Clock,
  limitMs: number,
  outer: AbortSignal | undefined,
  why = 'no complete answer came',
): Deadline => {
  const controller = new AbortController();
  let endsAt = clock.monotonic() + limitMs;
  const leftMs = (): number => endsAt - clock.monotonic();
  const start = (): (() => void) =>
    clock.after(leftMs(), () => controller.abort(new TransportFault('timeout', why, { limitMs })));
  let stopTimer = start();
  const hold = (): (() => void) => {
    stopTimer();
    const heldAt = clock.monotonic();
    return () => {
      endsAt += clock.monotonic() - heldAt;
      stopTimer = start();
    };
  };
  const forget = outer && onAbort(outer, () => controller.abort(outer.reason));
  const cancel = (): void => {
    stopTimer();
    forget?.();
  };
  const end = (): void => controller.abort();
  return { signal: controller.signal, leftMs, hold, cancel, end };
};
