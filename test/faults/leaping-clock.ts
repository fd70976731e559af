import { type Clock, systemClock } from '@criteo-sdk/retailmedia';

/** The machine's clock, of which a case may pass over some time, as if it had gone by. */
export interface LeapingClock extends Clock {
  leap(ms: number): void;
}

export const leapingClock = (): LeapingClock => {
  let leaptMs = 0;
  const timers = new Set<{ readonly at: number; stop: () => void; readonly task: () => void }>();
  const monotonic = (): number => systemClock.monotonic() + leaptMs;
  const start = (timer: { readonly at: number; readonly task: () => void }): (() => void) =>
    systemClock.after(timer.at - monotonic(), timer.task);
  return {
    now: () => systemClock.now() + leaptMs,
    monotonic,
    after: (ms, task) => {
      const timer = {
        at: monotonic() + ms,
        stop: (): void => {},
        task: () => {
          timers.delete(timer);
          task();
        },
      };
      timers.add(timer);
      timer.stop = start(timer);
      return () => {
        timers.delete(timer);
        timer.stop();
      };
    },
    leap: (ms) => {
      leaptMs += ms;
      for (const timer of timers) {
        timer.stop();
        timer.stop = start(timer);
      }
    },
  };
};
