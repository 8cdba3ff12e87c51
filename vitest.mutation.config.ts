import { defineConfig } from 'vitest/config'

/**
 * The tests of gate, policy and formats, for `npm run mutation`: each runs once for every mutant that it reaches. Those that only measure time and memory,
 * or that try at random what the others try by example, are left out: they cost minutes, and what random input kills today it may let live tomorrow.
 */
export default defineConfig({
  test: {
    include: ['test/unit/{gate,policy,formats}/**/*.test.ts', 'test/repo/{rule-table,schema}.test.ts'],
    exclude: ['**/*.properties.test.ts', '**/foreign-text.test.ts', '**/*.scale.test.ts'],
    environment: 'node',
    isolate: false,
    testTimeout: 30_000,
  },
})
