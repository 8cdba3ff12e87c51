import { describe, expect, it } from 'vitest'
import { withSuiteTables } from '../../suite/suite-tables.ts'
import type { Timing } from '../../suite/timing.ts'

const cached: Timing = {
  version: 1,
  tier: 'everyday',
  whole: true,
  started: '2026-11-28T10:00:00.000Z',
  seconds: 900,
  machine: { cores: 2, processor: 'a processor', memoryGiB: 24, speed: 0.2, load: { start: 0.1, end: 2 } },
  setUpSeconds: 1,
  steps: [],
  files: [{ file: 'test/engine/a.test.ts', project: 'engine', seconds: 300, tests: 3, failed: 0 }],
  slowest: [],
  passed: 3,
  failed: 0,
  skipped: 0,
  errors: 0,
}
const cold: Timing = {
  ...cached,
  seconds: 2400,
  setUpSeconds: 1400,
  steps: [{ name: 'trivy compile', kind: 'compiling', seconds: 700, cached: false }],
  files: [{ file: 'test/engine/a.test.ts', project: 'engine', seconds: 310, tests: 3, failed: 0 }],
}
const page = 'before\n<!-- written by npm run test:tables -->\nold\n<!-- until here -->\nafter\n'

describe('the tables of two runs', () => {
  it('stand between their marks, and nothing else is touched', () => {
    const written = withSuiteTables(page, { cold, cached })
    expect(written).toMatch(/^before\n/)
    expect(written).toMatch(/<!-- until here -->\nafter\n$/)
    expect(written).not.toContain('old')
    expect(written).toContain('| from nothing | 40 min 0 s | 23 min 20 s | 3 | 0 | 2 cores (a processor)')
    expect(written).toContain('| test/engine/a.test.ts | 310.0 | 300.0 |')
    expect(written).toContain('| trivy compile | 700 |')
    expect(withSuiteTables(written, { cold, cached })).toBe(written)
  })

  it('are not made of a run of some files, nor put into a page without marks', () => {
    expect(() => withSuiteTables(page, { cold, cached: { ...cached, whole: false } })).toThrow('expected a whole run')
    expect(() => withSuiteTables('a page', { cold, cached })).toThrow('expected the marks')
  })
})
