import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores, and every file that needs Redis starts one of its own.
    maxWorkers: 2,
    // Machines of CI are shared and noisy: a test that fails there runs once more, and the runner tells that it did.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
