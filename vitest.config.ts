import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '#transport': new URL('packages/core/src/transport-node.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tools/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './tools/test-reporter.ts'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
