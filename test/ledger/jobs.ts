import { between, chanceOf, pick } from './chance.ts';

/**
 * `plain`: `client.request`; `safe`: an operation that is marked as safe; `patient`: the same with a long limit, so
 * that it is older than 10 s when it fails; `once`: the same with `retry: { writes: false }`; `read`: one that only
 * reads, by POST.
 */
export type Kind = 'once' | 'patient' | 'plain' | 'read' | 'safe';

/** One call of the client's. */
export interface Job {
  readonly id: string;
  readonly kind: Kind;
  /** Of its body. */
  readonly bytes: number;
  readonly attemptMs: number;
  readonly limitMs: number;
  /** When its caller aborts it. */
  readonly abortMs: number | undefined;
  /** Pause of its worker afterwards. */
  readonly pauseMs: number;
}

const KINDS = [
  { kind: 'plain', weight: 68 },
  { kind: 'safe', weight: 11 },
  { kind: 'patient', weight: 2 },
  { kind: 'once', weight: 4 },
  { kind: 'read', weight: 15 },
] as const;
const SIZES = [
  { to: 400, weight: 88 },
  { to: 100_000, weight: 10 },
  { to: 1_500_000, weight: 2 },
] as const;
const PAUSES = [
  { to: 30, weight: 70 },
  { to: 300, weight: 25 },
  { to: 4_000, weight: 5 },
] as const;
export const LIMIT_MS = 60_000;
const ATTEMPT_MS = 2_500;
const PATIENT_MS = 14_000;

/** As many jobs that there are so many writes among them. */
export const jobsOf = (seed: number, lane: string, writes: number): Job[] => {
  const jobs: Job[] = [];
  for (let left = writes; left > 0; ) {
    const job = jobOf(seed, `${lane}-${jobs.length}`, left > writes / 3);
    jobs.push(job);
    if (isWrite(job)) left -= 1;
  }
  return jobs;
};

export const isWrite = ({ kind }: Pick<Job, 'kind'>): boolean => kind !== 'read';

const jobOf = (seed: number, id: string, isEarly: boolean): Job => {
  const chance = chanceOf(seed, 'job', id);
  const picked = pick(KINDS, chance).kind;
  // Patient ones end late, so they begin early.
  const kind = picked === 'patient' && !isEarly ? 'safe' : picked;
  const isHurried = chance() < 0.02;
  return {
    id,
    kind,
    bytes: between(0, pick(SIZES, chance).to, chance),
    attemptMs: kind === 'patient' ? PATIENT_MS : ATTEMPT_MS,
    limitMs: isHurried ? between(5, 1_000, chance) : LIMIT_MS,
    abortMs: chance() < 0.01 ? between(0, 500, chance) : undefined,
    pauseMs: between(0, pick(PAUSES, chance).to, chance),
  };
};
