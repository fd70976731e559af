import { spawnSync } from 'node:child_process';
import { registerHooks } from 'node:module';
import { parseArgs } from 'node:util';
import type { Bench } from './cases.ts';
import { PLANTED } from './planted.ts';
import { type Counts, startFaultServer } from './server.ts';

/*
 * npm run test:faults: what the client does when the server misbehaves, over loopback.
 *   F08 F11     these cases only
 *   --json      the last line is the report: [{ id, status, ms }]
 *   --planted   plants each fault of planted.ts into core as it is loaded; its case must turn red
 *   --plant=F08 runs with that fault planted
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    plant: { type: 'string' },
  },
});

interface Result {
  readonly id: string;
  readonly status: 'failed' | 'passed';
  readonly ms: number;
}

const plant = (id: string): void => {
  const fault = PLANTED.find((planted) => planted.id === id);
  if (!fault) throw new Error(`no fault is planted for ${id}`);
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (!url.endsWith(`/core/dist/${fault.file}`)) return loaded;
      const source = String(loaded.source);
      if (!source.includes(fault.from))
        throw new Error(`${fault.file} does not hold ${fault.from}`);
      return { ...loaded, source: source.replace(fault.from, fault.to) };
    },
  });
};

const benchOf = ({
  url,
  controlUrl,
}: {
  url: string;
  controlUrl: string;
}): Bench & { reset(): Promise<void> } => ({
  url,
  script: async (script) =>
    void (await fetch(`${controlUrl}/script`, { method: 'PUT', body: JSON.stringify(script) })),
  counts: async () => (await (await fetch(`${controlUrl}/counts`)).json()) as Counts,
  reset: async () => void (await fetch(`${controlUrl}/reset`, { method: 'POST' })),
});

const runCases = async (ids: readonly string[]): Promise<Result[]> => {
  // After the hooks: core must be loaded through them.
  const { CASES } = await import('./cases.ts');
  const server = await startFaultServer();
  const bench = benchOf(server);
  const results: Result[] = [];
  for (const { id, what, run } of CASES.filter((one) => ids.length === 0 || ids.includes(one.id))) {
    await bench.reset();
    const startedAt = performance.now();
    const error = await run(bench).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const ms = Math.round(performance.now() - startedAt);
    results.push({ id, status: error === undefined ? 'passed' : 'failed', ms });
    console.log(
      `${id}  ${error === undefined ? 'passed' : 'FAILED'}  ${String(ms).padStart(5)} ms  ${what}`,
    );
    if (error !== undefined)
      console.log(`     ${error instanceof Error ? error.message : String(error)}`);
  }
  await server.close();
  return results;
};

/** Each planted fault in a process of its own: red is right. */
const runPlanted = (): Result[] =>
  PLANTED.map(({ id, file, from }) => {
    const startedAt = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      [import.meta.filename, id, `--plant=${id}`],
      { encoding: 'utf8' },
    );
    const isFound = status === 1 && stdout.includes(`${id}  FAILED`);
    const ms = Math.round(performance.now() - startedAt);
    console.log(`${id}  ${isFound ? 'found' : 'NOT FOUND'}  ${file}: ${from}`);
    return { id, status: isFound ? 'passed' : 'failed', ms };
  });

if (values.plant !== undefined) plant(values.plant);
const results = values.planted ? runPlanted() : await runCases(positionals);
if (values.json) console.log(JSON.stringify(results));
const failed = results.filter(({ status }) => status === 'failed').length;
if (!values.json) console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
