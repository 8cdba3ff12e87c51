import { describe, expect, it } from 'vitest'
import { criticalPath } from '../../bench/critical-path.ts'

describe('the critical path', () => {
  it('is the chain of steps that each had to wait for the one before', () => {
    expect(
      criticalPath([
        { name: 'source', from: 0, to: 1 },
        { name: 'lint', from: 1, to: 2 },
        { name: 'build', from: 1, to: 5 },
        { name: 'scan', from: 5, to: 9 },
        { name: 'size', from: 5, to: 6 },
        { name: 'gate', from: 9, to: 9.5 },
      ]),
    ).toBe(9.5)
  })

  it('leaves out the time in which no step ran', () => {
    expect(
      criticalPath([
        { name: 'build', from: 0, to: 2 },
        { name: 'gate', from: 3, to: 4 },
      ]),
    ).toBe(3)
  })

  it('ends where a step took no time', () => {
    expect(
      criticalPath([
        { name: 'build', from: 0, to: 2 },
        { name: 'gate', from: 2, to: 2 },
      ]),
    ).toBe(2)
    expect(criticalPath([])).toBe(0)
  })
})
