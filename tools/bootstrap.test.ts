import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, run, withFolder } from './scratch.ts';

const LOCK = '{}';

it('bootstrap makes the link to the Node of the tools where npm left none', () => {
  withFolder((folder) => {
    const modules = join(folder, 'node_modules');
    const node = join(modules, `node-${process.platform}-${process.arch}/bin/node`);
    for (const path of [join(folder, 'tools'), dirname(node), join(modules, '.bin')])
      mkdirSync(path, { recursive: true });
    cpSync(join(ROOT, 'tools/bootstrap.mjs'), join(folder, 'tools/bootstrap.mjs'));
    writeFileSync(join(folder, 'package-lock.json'), LOCK);
    const stamp = createHash('sha256').update(LOCK).digest('hex');
    writeFileSync(join(modules, '.criteo-sdk-installed'), stamp);
    writeFileSync(node, '#!/bin/sh\necho v24.0.0\n', { mode: 0o755 });
    run(process.execPath, ['tools/bootstrap.mjs', '--no-build'], folder);
    expect(realpathSync(join(modules, '.bin/node'))).toBe(realpathSync(node));
  });
});
