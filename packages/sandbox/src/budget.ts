import type { Problem } from './problems.js';
import { now, type State, type World } from './state.js';

/** Counts one API call into its fixed window. */
export function spend(
  state: State,
  { flips }: World,
): { readonly isOver?: Problem | undefined; readonly headers: Record<string, string> } {
  const { budget } = state;
  if (!budget) return { headers: {} };
  const time = now(state).getTime();
  if (time >= state.window.endsAt) state.window = { endsAt: time + budget.windowMs, used: 0 };
  const { window } = state;
  const isOver = window.used < budget.limit ? undefined : TOO_MANY;
  if (!isOver) window.used += 1;
  if (flips.has('rate-limit-headers')) {
    const seconds = String(Math.ceil((window.endsAt - time) / 1_000));
    return { isOver, headers: isOver ? { 'retry-after': seconds } : {} };
  }
  const headers = {
    'x-ratelimit-limit': String(budget.limit),
    'x-ratelimit-remaining': String(budget.limit - window.used),
    // Rounded up: at the second it names a call must pass.
    'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1_000)),
  };
  return { isOver, headers };
}

const TOO_MANY: Problem = {
  status: 429,
  type: 'quota',
  code: 'too-many-requests',
  detail: 'The headers say when a new call may be made.',
};
