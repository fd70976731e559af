import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ROOT } from '../scratch.ts';

/*
 * npm run check: all that CI runs, in its order. Each step is a command that can be run alone.
 *   --rest  without npm test, for those who have just run it
 */

const STEPS: readonly (readonly [name: string, command: string])[] = [
  ['tests', 'npm test'],
  ['types', 'npm run -s typecheck'],
  ['lint', 'npm run -s lint'],
  ['workflows are linted', 'node tools/check/workflows.ts'],
  ['supply chain, and planted violations', 'node tools/check/supply-chain.ts'],
  ['faults, each in turn', 'node test/faults/main.ts'],
  ['faults planted in core are found', 'node test/faults/main.ts --planted'],
  ['assumptions, flipped', 'node test/assumptions/main.ts'],
  ['answers of any kind, on Node 20 and 24', 'npm run -s test:fuzz -- --exchanges 5000'],
  ['answers of any kind: planted faults are found', 'npm run -s test:fuzz -- --planted'],
  ['a bad network', 'npm run -s test:bad-network -- --calls 1000'],
  ['a ledger of writes', 'npm run -s test:ledger -- --writes 2000'],
  ['a ledger of writes: planted faults are found', 'npm run -s test:ledger -- --planted'],
  ['a token endpoint that fails is not hammered', 'npm run -s test:hammer'],
  ['an OAuth server of others judges our tokens', 'npm run -s test:judge'],
  ['the stock client sends the same requests', 'npm run -s test:stock'],
  ['the stock client: planted faults are found', 'npm run -s test:stock -- --planted'],
  ['templates: golden documents', 'node tools/templates/golden.ts'],
  ['templates: a planted fault is found', 'node tools/templates/golden.ts --planted-fault'],
  ['hostile text never becomes code', 'node tools/check/hostile.ts'],
  ['hostile text: planted faults are found', 'node tools/check/hostile.ts --planted-fault'],
  ['minimal pairs against the compiler', 'node tools/check/pairs.ts'],
  ['minimal pairs: a planted fault is found', 'node tools/check/pairs.ts --planted-fault'],
  ['a made-up second vendor goes all the way', 'node test/vendor/main.ts'],
  ['generated code is what the specs give', 'node tools/check/generated.ts'],
  ['tarballs: what is in them, the same bytes', 'node tools/check/tarballs.ts'],
  ['packed packages run for their consumers', 'npm run -s test:consumers'],
  ['consumers: planted faults are found', 'npm run -s test:consumers -- --planted'],
  ['the newcomer’s path', 'npm run -s newcomer'],
  ['the release, rehearsed', 'npm run -s release:rehearse'],
  ['the scope, renamed in a scratch clone', 'node tools/check/renamed.ts'],
  ['the task samples', 'npm run -s examples'],
  ['the task samples, with a wrong secret', 'npm run -s examples -- --planted'],
  ['the tour, with 1,024 open files', 'bash -c "ulimit -n 1024 && npm start --silent -- --json"'],
];

const { values } = parseArgs({ options: { rest: { type: 'boolean', default: false } } });
const steps = STEPS.filter(([name]) => !values.rest || name !== 'tests');
const failed = steps.filter(([name, command]) => {
  console.log(`\n=== ${name}: ${command}`);
  const startedAt = Date.now();
  const { status } = spawnSync(command, { cwd: ROOT, shell: true, stdio: 'inherit' });
  console.log(
    `=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  return status !== 0;
});

for (const [name, command] of failed) console.log(`FAILED ${name}. To see it alone: ${command}`);
console.log(`${steps.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
