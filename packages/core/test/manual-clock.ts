import type { Clock } from '../src/time.js';

/** Time that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves both clocks and runs what is due, in order, with the promises in between. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as a sleeping machine or an administrator does. */
  jump(ms: number): void;
  readonly pending: () => number;
}

export const manualClock = (): ManualClock => {
  let wall = Date.UTC(2026, 0, 1);
  let monotonic = 1_000;
  let timers: { at: number; task: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => wall,
    monotonic: () => monotonic,
    after: (ms, task) => {
      const timer = { at: monotonic + ms, task };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: async (ms) => {
      const end = monotonic + ms;
      await settle();
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        wall += next.at - monotonic;
        monotonic = next.at;
        next.task();
        await settle();
      }
      wall += end - monotonic;
      monotonic = end;
      await settle();
    },
    jump: (ms) => {
      wall += ms;
    },
    pending: () => timers.length,
  };
};
