import { defineConfig } from 'vitest/config'

/** Whose unit tests are run: `policy,formats`; without it, those of all that is mutated. */
const tests = process.env['MUTATION_TESTS'] ?? 'gate,policy,formats'

/**
 * The tests of gate, policy and formats, for `npm run mutation`: each runs once for every mutant that it reaches. Those that only measure time and memory,
 * or that try at random what the others try by example, are left out: they cost minutes, and what random input kills today it may let live tomorrow.
 */
export default defineConfig({
  test: {
    include: [`test/unit/{${tests}}/**/*.test.ts`, 'test/repo/{rule-table,schema}.test.ts'],
    exclude: ['**/*.properties.test.ts', '**/foreign-text.test.ts', '**/*.scale.test.ts'],
    environment: 'node',
    setupFiles: ['test/unit/mutation-setup.ts'],
    isolate: false,
    testTimeout: 30_000,
  },
})
