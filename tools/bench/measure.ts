import { spawnSync } from 'node:child_process';

/** What one command took; CPU is user and system, of the process and of all its children. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** A goal that a bench has: the value must not be above the limit. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: 'kB' | 's' | '';
}

/** One line of a bench's table. */
export interface Row extends Cost {
  readonly what: string;
  /** What the seconds mean, such as how many microseconds one call takes. */
  readonly note?: string;
}

export interface BenchReport {
  /** What was measured, and how often. */
  readonly subject: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

export const isMet = ({ limit, value }: Goal): boolean => value <= limit;

/** Runs a command to its end and measures it; throws with what it printed if it fails. */
export const measure = (
  command: string,
  args: readonly string[],
  cwd: string,
): Cost & { readonly stdout: string } => {
  const startedAt = performance.now();
  // bash counts what its children used and, through them, all that they waited for.
  const { status, stdout, stderr, output } = spawnSync(
    'bash',
    ['-c', '"$@" 3>&-; status=$?; times >&3; exit $status', 'bash', command, ...args],
    {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const wallSeconds = (performance.now() - startedAt) / 1000;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return { stdout, wallSeconds, cpuSeconds: secondsOf(String(output[3])) };
};

/** The cheapest of several runs of the same: what the machine does beside it only adds. */
export const least = (costs: readonly Cost[]): Cost => ({
  cpuSeconds: Math.min(...costs.map(({ cpuSeconds }) => cpuSeconds)),
  wallSeconds: Math.min(...costs.map(({ wallSeconds }) => wallSeconds)),
});

/**
 * What a quarter of many short runs did not exceed. The least of them is luck on a busy machine, where no
 * run has the processor's caches for itself, and differs from one measurement to the next more than this.
 */
export const lowerQuartile = (costs: readonly Cost[]): Cost => {
  const of = (part: keyof Cost): number => {
    const ascending = costs.map((cost) => cost[part]).toSorted((a, b) => a - b);
    return ascending[Math.floor(ascending.length / 4)] ?? Number.NaN;
  };
  return { cpuSeconds: of('cpuSeconds'), wallSeconds: of('wallSeconds') };
};

/** Several runs as one. */
export const sum = (costs: readonly Cost[]): Cost => ({
  cpuSeconds: costs.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0),
  wallSeconds: costs.reduce((total, { wallSeconds }) => total + wallSeconds, 0),
});

// The second line of `times` is of the children: 0m1.234s 0m0.100s
const secondsOf = (times: string): number => {
  const parts = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`bash gave no times: ${times}`);
  return parts.reduce(
    (total, [, minutes, seconds]) => total + Number(minutes) * 60 + Number(seconds),
    0,
  );
};
