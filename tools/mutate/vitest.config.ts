import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/*
 * The tests that judge a mutant: those of core that run its source in their own process, the quick
 * ones first, because the first that fails ends the run of a mutant. Left out are those that read or
 * bundle the source as text, which here is full of switches, and three that take seconds to show
 * under load what others show at once.
 */
const LEFT_OUT = ['token-explorer', '*-processes', 'steady', 'canary', 'rate-limit'];

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
      '#transport': new URL('../../packages/core/src/transport-node.ts', import.meta.url).pathname,
    },
  },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['packages/core/test/**/*.test.ts'],
    exclude: LEFT_OUT.map((name) => `**/${name}.test.ts`),
    sequence: { sequencer: QuickFirst },
    testTimeout: 20_000,
    maxWorkers: 1,
  },
});
