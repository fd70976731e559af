import { randomBytes } from 'node:crypto';
import type { Applications } from './applications.js';
import type { Flips } from './assumptions.js';
import type { Job } from './jobs.js';
import type { JobEnd, JournalEntry } from './public-types.js';
import type { Router } from './router.js';
import type { Budget, SandboxOptions } from './sandbox.js';

/** What is fixed when the sandbox starts. */
export interface World {
  readonly seed: number;
  readonly router: Router;
  readonly applications: Applications;
  readonly flips: Flips;
}

/** What a user agreed to once: one code, and every token that comes of it. */
export interface Consent {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  /** How many of its grants are spent: the code is the first, each refresh token the next. */
  turn: number;
  /** Its code was exchanged without a secret, by its verifier alone. */
  isPublic?: boolean;
  ended?: 'invalid' | 'revoked';
}

/** Everything that calls and settings change; `reset()` is a new one. */
export interface State {
  /** How far the sandbox's clock is ahead of the machine's. */
  aheadMs: number;
  tokenLifetimeMs: number | undefined;
  budget: Budget | undefined;
  window: { endsAt: number; used: number };
  /** How many of the next consents the user refuses. */
  denials: number;
  /** How many there were; the last one's number. */
  consentCount: number;
  readonly consents: Map<number, Consent>;
  readonly signingKey: Buffer;
  readonly forbidden: Set<string>;
  /** Names of operations whose successes tell that a part failed. */
  readonly failing: Set<string>;
  /** By id. */
  readonly jobs: Map<string, Job>;
  /** How the next ones end. */
  readonly nextJobs: JobEnd[];
  readonly journal: JournalEntry[];
}

export function initialState({ tokenLifetimeMs, budget }: SandboxOptions): State {
  return {
    aheadMs: 0,
    tokenLifetimeMs: tokenLifetimeMs === undefined ? undefined : atLeast(0, tokenLifetimeMs),
    budget: checkBudget(budget),
    window: { endsAt: 0, used: 0 },
    denials: 0,
    consentCount: 0,
    consents: new Map(),
    signingKey: randomBytes(32),
    forbidden: new Set(),
    failing: new Set(),
    jobs: new Map(),
    nextJobs: [],
    journal: [],
  };
}

export function now({ aheadMs }: State): Date {
  return new Date(Date.now() + aheadMs);
}

export function checkBudget(budget: Budget | undefined): Budget | undefined {
  if (!budget) return undefined;
  return { limit: atLeast(0, budget.limit), windowMs: atLeast(1, budget.windowMs) };
}

export function atLeast(least: number, value: number): number {
  if (value >= least && value <= 1e13) return value;
  throw new TypeError(`sandbox: expected at least ${least}, or a span such as '15m'; got ${value}`);
}
