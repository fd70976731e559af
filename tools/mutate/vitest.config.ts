import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/*
 * The tests that judge a change: those of core that run its source in their own process, the quick
 * ones first, because the first that fails ends the run. Left out are those that read or bundle the
 * source as text, which here is full of switches, and three that take seconds to show under load
 * what others show at once.
 */
const LEFT_OUT = ['*-planted', '*-processes', 'steady', 'canary', 'rate-limit-windows'];
/** They judge what is Node's alone, and would only slow down the rest. */
const OF_NODE = ['file-*', 'proxy*', 'observe'];
/** They replace modules of Node, which others have loaded by then. */
const ALONE = ['file-lock'];

const isOfNode = process.env.MUTATE_PART === 'node';
const included = isOfNode ? OF_NODE : ['*'];
const excluded = [...LEFT_OUT, ...ALONE, ...(isOfNode ? [] : ['file-*', 'proxy*'])];

const paths = (names: readonly string[]): string[] =>
  names.map((name) => `packages/core/test/${name}.test.ts`);

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = (specification: TestSpecification): number =>
      this.ctx.cache.getTestSpecificationResult(specification)?.duration ?? 0;
    return files.toSorted((a, b) => cost(a) - cost(b));
  }
}

export default defineConfig({
  resolve: {
    alias: {
      '#files': new URL('../../packages/core/src/node/files.ts', import.meta.url).pathname,
      '#transport': new URL('../../packages/core/src/transport-node.ts', import.meta.url).pathname,
    },
  },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    sequence: { sequencer: QuickFirst },
    // What hangs has been noticed by then.
    testTimeout: 5_000,
    env: { EXPLORED_STATES: '2000' },
    maxWorkers: 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          isolate: false,
          include: paths(included),
          exclude: paths(excluded),
        },
      },
      { extends: true, test: { name: 'alone', include: isOfNode ? paths(ALONE) : [] } },
    ],
  },
});
