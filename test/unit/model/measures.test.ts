import { describe, expect, it } from 'vitest'
import { age, byteSize, counted, moment } from '../../../src/model/measures.ts'

describe('measures', () => {
  it.each([
    ['2026-11-23T00:00:00Z', '2026-11-23T00:01:00Z', '1 minute old'],
    ['2026-11-23T00:00:00Z', '2026-11-23T03:59:00Z', '3 hours old'],
    ['2026-11-20T00:00:00Z', '2026-11-23T03:00:00Z', '3 days old'],
    ['2026-11-23T00:00:01Z', '2026-11-23T00:00:00Z', 'dated in the future'],
    ['never', '2026-11-23T00:00:00Z', 'of unknown age'],
  ])('says how old %s is at %s', (since, at, expected) => {
    expect(age(since, at)).toBe(expected)
  })

  it.each([
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [91_842_113, '91.8 MB'],
    [2_500_000_000, '2.50 GB'],
  ])('says %d bytes as %s', (bytes, expected) => {
    expect(byteSize(bytes)).toBe(expected)
  })

  it('counts', () => {
    expect([counted(0, 'rule'), counted(1, 'rule'), counted(1_234, 'policy', 'policies')]).toEqual([
      '0 rules',
      '1 rule',
      '1,234 policies',
    ])
    expect(moment('2026-11-23T01:12:41Z')).toBe('2026-11-23 01:12 UTC')
  })
})
