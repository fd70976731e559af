import type { RateEntry, RateGate } from '../src/rate-gate.js';
import type { RateAnswer } from '../src/rate-window.js';
import { sleep } from '../src/time.js';
import type { ManualClock } from './manual-clock.js';

const NEVER = new AbortController().signal;

export const entry = (fields: Partial<RateEntry> = {}): RateEntry => ({
  operation: 'getThing',
  attempts: 0,
  signal: NEVER,
  onWait: () => {},
  ...fields,
});

/** Calls that enter, by number, in the order in which they were let in. */
export const enterers = (gate: RateGate, rateClass = 'default') => {
  const admitted: number[] = [];
  let next = 0;
  return {
    admitted,
    enter: (count: number, fields: Partial<RateEntry> = {}): Promise<void>[] =>
      Array.from({ length: count }, () => {
        const number = next++;
        return gate.enter(rateClass, entry(fields)).then(() => {
          admitted.push(number);
        });
      }),
  };
};

export interface Budget {
  readonly limit: number;
  readonly windowMs: number;
}

/** An API with fixed windows by its own clock, which tells whole seconds, as real ones do. */
export const simulatedApi = (clock: ManualClock, { limit, windowMs }: Budget, skewMs: number) => {
  const used = new Map<number, number>();
  let refused = 0;
  const count = (): RateAnswer => {
    const serverNow = clock.now() + skewMs;
    const endsAt = (Math.floor(serverNow / windowMs) + 1) * windowMs;
    const before = used.get(endsAt) ?? 0;
    const isRefused = before >= limit;
    if (isRefused) refused += 1;
    else used.set(endsAt, before + 1);
    const date = Math.floor(serverNow / 1_000) * 1_000;
    const resetInMs = endsAt - date;
    const remaining = limit - (used.get(endsAt) ?? 0);
    return { isRefused, limit, remaining, resetAt: endsAt, resetInMs };
  };
  return {
    perWindow: () => [...used.values()],
    refused: () => refused,
    /** One call: let in, on its way, counted, and on its way back. */
    call: async (gate: RateGate, thereMs: number, backMs: number): Promise<RateAnswer> => {
      await gate.enter('default', entry());
      await sleep(clock, thereMs, NEVER);
      const answer = count();
      await sleep(clock, backMs, NEVER);
      gate.learn('default', answer);
      return answer;
    },
  };
};
