import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/conformance/**'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 60_000,
    pool: 'forks',
  },
})
