import type { Bench, Case } from './bench.ts';
import { type Counts, startFaultServer } from './server.ts';

export interface Result {
  readonly id: string;
  readonly status: 'failed' | 'passed';
  readonly ms: number;
}

const AT_ONCE = 6;

/** Runs the cases, each with a server of its own: several at once, then those that must be alone, then the last. */
export const runCases = async (cases: readonly Case[], isLong: boolean): Promise<Result[]> => {
  const results: Result[] = [];
  const turnOf = ({ alone, last }: Case): number => (last ? 2 : Number(alone ?? false));
  const queue = cases.filter((one) => turnOf(one) === 0);
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one; one = queue.shift())
      results.push(await runCase(one, isLong));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const turn of [1, 2]) {
    for (const one of cases.filter((other) => turnOf(other) === turn))
      results.push(await runCase(one, isLong));
  }
  return results.sort((a, b) => a.id.localeCompare(b.id));
};

const runCase = async ({ id, what, run }: Case, isLong: boolean): Promise<Result> => {
  const server = await startFaultServer();
  const startedAt = performance.now();
  const outcome = await run({ ...benchOf(server), isLong }).catch((reason: unknown) =>
    reason instanceof Error ? reason : new Error(String(reason)),
  );
  const ms = Math.round(performance.now() - startedAt);
  await server.close();
  const isFailed = outcome instanceof Error;
  console.log(`${id}  ${isFailed ? 'FAILED' : 'passed'}  ${String(ms).padStart(5)} ms  ${what}`);
  if (isFailed) console.log(`     ${outcome.message}`);
  if (typeof outcome === 'string') console.log(`     ${outcome}`);
  return { id, status: isFailed ? 'failed' : 'passed', ms };
};

const benchOf = ({
  url,
  controlUrl,
}: {
  readonly url: string;
  readonly controlUrl: string;
}): Omit<Bench, 'isLong'> => ({
  url,
  script: async (script) =>
    void (await fetch(`${controlUrl}/script`, { method: 'PUT', body: JSON.stringify(script) })),
  counts: async () => (await (await fetch(`${controlUrl}/counts`)).json()) as Counts,
  revoke: async () => void (await fetch(`${controlUrl}/tokens`, { method: 'DELETE' })),
});
