import { own } from '../own.js';
import type { RateBudget } from '../rate-window.js';

const MINUTE_MS = 60_000;

/** What an app has a minute by its own grant, or by one user's consent to one account (docs/facts.md, "Rate limits"). */
export const knownBudget = (rateClass: string, isUsers: boolean): RateBudget => ({
  limit: isUsers ? 10 : (own(OWN, rateClass) ?? 250),
  windowMs: MINUTE_MS,
});

const OWN: Readonly<Record<string, number>> = { reporting: 40 };
