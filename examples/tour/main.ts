import { parseArgs } from 'node:util';
import { type Sandbox, startSandbox } from '@criteo-sdk/sandbox';
import { saw, say, title } from './print.ts';
import type { Generation, Step, Tour } from './step.ts';
import { STEPS } from './steps.ts';

/*
 * npm start: what the SDK does, shown on the embedded sandbox. No account, no network.
 *   --json          the last line is one JSON object with what the sandbox's journal counted
 *   --break=<step>  sabotages exactly that step, to show that the tour can fail
 */

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, break: { type: 'string' } },
});

const names = STEPS.map(({ name }) => name);
if (values.break !== undefined && !names.includes(values.break)) {
  console.error(`There is no step '${values.break}'. There are: ${names.join(', ')}.`);
  process.exit(2);
}

/** What the journal counted in the steps whose calls are all meant to succeed. */
interface Figures {
  calls: number;
  failed: number;
  tokenRequests: number;
}

const run = async (
  sandbox: Sandbox,
): Promise<{ ok: boolean; generations: Generation[] } & Figures> => {
  const tour: Tour = { sandbox, generations: [] };
  const figures: Figures = { calls: 0, failed: 0, tokenRequests: 0 };
  let ok = true;
  for (const [index, step] of STEPS.entries()) {
    title(index + 1, step.title);
    sandbox.reset();
    ok = (await attempt(step, tour)) && ok;
    if (step.countsCalls) count(sandbox, figures);
  }
  return { ok, generations: tour.generations, ...figures };
};

const attempt = async (step: Step, tour: Tour): Promise<boolean> => {
  try {
    await step.run(tour, step.name === values.break);
    return true;
  } catch (error) {
    saw(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
};

const count = (sandbox: Sandbox, figures: Figures): void => {
  for (const call of sandbox.calls()) {
    if (call.tokenRequest) figures.tokenRequests += 1;
    else figures.calls += 1;
    if (call.status >= 400) figures.failed += 1;
  }
};

const sandbox = await startSandbox({ seed: 7 });
try {
  const result = await run(sandbox);
  console.log('');
  say(
    result.ok
      ? `All ${STEPS.length} steps showed what they say. Nothing left this machine.`
      : 'The lines marked FAILED say what went wrong. Next: npm test',
  );
  if (result.ok)
    say('Next: npm run first-call (examples/first-call.ts), and examples/tasks/README.md');
  if (values.json) console.log(JSON.stringify(result));
  process.exitCode = result.ok ? 0 : 1;
} finally {
  await sandbox.close();
}
