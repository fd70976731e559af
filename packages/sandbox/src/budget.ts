import { now, type State, type World } from './state.js';

export interface Spent {
  readonly allowed: boolean;
  readonly headers: Record<string, string>;
}

/** Counts one API call into its fixed window. */
export function spend(state: State, { flips }: World): Spent {
  const { budget } = state;
  if (!budget) return { allowed: true, headers: {} };
  const time = now(state).getTime();
  if (time >= state.window.endsAt) state.window = { endsAt: time + budget.windowMs, used: 0 };
  const { window } = state;
  const allowed = window.used < budget.limit;
  if (allowed) window.used += 1;
  if (flips.has('rate-limit-headers')) {
    const seconds = Math.ceil((window.endsAt - time) / 1_000);
    return { allowed, headers: allowed ? {} : { 'retry-after': String(seconds) } };
  }
  const headers = {
    'x-ratelimit-limit': String(budget.limit),
    'x-ratelimit-remaining': String(budget.limit - window.used),
    // Rounded up: at the second it names a call must pass.
    'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1_000)),
  };
  return { allowed, headers };
}
