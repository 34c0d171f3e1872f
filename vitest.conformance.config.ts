import { defineConfig } from 'vitest/config'

// Suites that need a program of others; they take minutes and run against the wall clock.
export default defineConfig({
  test: {
    include: ['test/conformance/**/*.test.ts'],
    testTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
})
