import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ROOT } from '../../scratch.ts';
import { BY_HAND, bringByHand, NEW, PRODUCT, textsOf } from './project.ts';
import type { Stage } from './stage.ts';

/** The spec bump: one command, then what it leaves to a maintainer's hand. */
export const importNew = ({ project, step, transcript }: Stage): void => {
  const spec = `specs/${PRODUCT}/${NEW}`;
  bringByHand(project, ['specs/criteo.yaml']);
  step(`importing ${PRODUCT}/${NEW}`);
  const report = project.tool(
    'tools/spec/main.ts',
    'import',
    PRODUCT,
    NEW,
    join(ROOT, spec, 'openapi.yaml'),
  );
  transcript.show(report.split('\n').slice(0, 12).join('\n'));
  step('the overlay as it was decided, the words of the pages, generated code');
  bringByHand(project, [`${spec}/overlay.yaml`, ...BY_HAND]);
  project.tool('tools/spec/main.ts', 'generate', PRODUCT);
  project.tool('tools/spec/main.ts', 'guides');
  for (const [what, pattern] of [
    ['the specs', 'specs/**/{openapi,overlay,criteo}.yaml'],
    ['the generated code', 'packages/{*/src/*/generated/**,sandbox/generated/*}'],
    [`the package of ${PRODUCT}`, `packages/${PRODUCT}/{src/**,README.md,AGENTS.md}`],
    ['the migration guides', 'docs/migrate/**'],
    ['the reference pages', 'docs/reference/**'],
  ] as const)
    transcript.check(`${what}: as in this project, to the byte`, () => {
      const [made, own] = [textsOf(project.root, pattern), textsOf(ROOT, pattern)];
      assert.ok(own.size > 0);
      assert.deepEqual([...made.keys()], [...own.keys()]);
      for (const [path, text] of own)
        assert.equal(withoutRelease(made.get(path)), withoutRelease(text), `${path} differs`);
    });
};

// Release A has written its version into the sources.
const withoutRelease = (text = ''): string => text.replace(/packageVersion: '[^']*'/, '');
