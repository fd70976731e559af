import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '#files': new URL('packages/core/src/node/files.ts', import.meta.url).pathname,
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
