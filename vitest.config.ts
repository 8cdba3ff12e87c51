import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/suite/longest-first.ts'
import { runs } from './test/unit/runs.ts'

/** Tests that need no engine run on every core. */
const withoutEngine = { environment: 'node', maxWorkers: '100%', sequence: { groupOrder: 0 } } as const

/** `npm run check:later`: the same tests, ten years on. */
const otherDay = process.env['LOADLINE_DAYS_ON'] === undefined ? [] : ['test/suite/days-on.ts']

/** Two files at a time on the one engine: a run waits for its tools half of the time. */
const onEngine = {
  environment: 'node',
  globalSetup: 'test/engine/tool-programs.ts',
  testTimeout: 600_000,
  hookTimeout: 2_400_000,
  maxWorkers: 2,
} as const

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...withoutEngine,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: runs(30_000),
          setupFiles: [...otherDay, ...(runs(1) > 1 ? ['test/unit/fuzz-setup.ts'] : [])],
        },
      },
      {
        test: {
          ...withoutEngine,
          name: 'repo',
          include: ['test/repo/**/*.test.ts'],
          testTimeout: 60_000,
          setupFiles: otherDay,
        },
      },
      { test: { ...withoutEngine, name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000 } },
      // After the others.
      { test: { ...onEngine, name: 'engine', include: ['test/engine/**/*.test.ts'], sequence: { groupOrder: 1 } } },
      // `npm run test:exhaustive` alone: what takes long and rarely changes.
      {
        test: {
          ...onEngine,
          name: 'exhaustive',
          include: ['test/exhaustive/**/*.test.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
