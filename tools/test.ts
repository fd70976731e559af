import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/*
 * npm test: the compiler over everything, then one vitest run over all projects. Arguments go to
 * vitest: npm test -- packages/core
 */

const root = join(import.meta.dirname, '..');

const run = (what: string, module: string, args: readonly string[]): number => {
  console.error(`· ${what}`);
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', module), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
};

if (run('checking types', 'typescript/bin/tsc', ['-p', 'tsconfig.json']) !== 0) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
process.exitCode = run('running the tests (about a minute)', 'vitest/vitest.mjs', [
  'run',
  ...process.argv.slice(2),
]);
