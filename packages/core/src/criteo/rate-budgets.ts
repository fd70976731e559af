import type { RateBudget } from '../rate-window.js';

const MINUTE_MS = 60_000;

const REPORTING: RateBudget = { limit: 40, windowMs: MINUTE_MS };

/** What an app has a minute by its own grant (docs/facts.md, "Rate limits"). */
export const knownBudget = (rateClass: string): RateBudget =>
  rateClass === 'reporting' ? REPORTING : { limit: 250, windowMs: MINUTE_MS };
