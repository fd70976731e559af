import { now, type State } from './state.js';

/** Counts one API call into its fixed window; undefined while no budget is set. */
export function spend(
  state: State,
): { readonly allowed: boolean; readonly headers: Record<string, string> } | undefined {
  const { budget } = state;
  if (!budget) return undefined;
  const time = now(state).getTime();
  if (time >= state.window.endsAt) state.window = { endsAt: time + budget.windowMs, used: 0 };
  const { window } = state;
  const allowed = window.used < budget.limit;
  if (allowed) window.used += 1;
  return {
    allowed,
    headers: {
      'x-ratelimit-limit': String(budget.limit),
      'x-ratelimit-remaining': String(budget.limit - window.used),
      // Rounded up: at the second it names a call must pass.
      'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1_000)),
    },
  };
}
