import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/suite/longest-first.ts'

/** Tests that need no engine run on every core. */
const withoutEngine = { environment: 'node', maxWorkers: '100%', sequence: { groupOrder: 0 } } as const

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...withoutEngine, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { ...withoutEngine, name: 'repo', include: ['test/repo/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { ...withoutEngine, name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'engine',
          include: ['test/engine/**/*.test.ts'],
          environment: 'node',
          testTimeout: 600_000,
          hookTimeout: 2_400_000,
          // After the others, two files at a time on the one engine: a run waits for its tools half of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
