import { describe, expect, it } from 'vitest'
import type { GitFacts } from '../../../../src/model/index.ts'
import { defaultPolicy } from '../../../../src/policy/default.ts'
import type { Policy } from '../../../../src/policy/schema.ts'
import { sourceDateEpoch } from '../../../../src/stages/source/source-date.ts'

const git = { committedAt: '2026-11-20T09:30:00.999Z' } as GitFacts
const policy = (build: Partial<Policy['build']>): Policy => ({
  ...defaultPolicy,
  build: { ...defaultPolicy.build, ...build },
})

describe('SOURCE_DATE_EPOCH', () => {
  it('is the time of the commit, or 1980 without one, or what the policy says', () => {
    expect(sourceDateEpoch(policy({ reproducible: 'normalize' }), git)).toBe(1_795_167_000)
    expect(sourceDateEpoch(policy({ reproducible: 'verify' }), undefined)).toBe(Date.UTC(1980, 0, 1) / 1000)
    expect(sourceDateEpoch(policy({ reproducible: 'verify', args: { SOURCE_DATE_EPOCH: '0' } }), git)).toBe(0)
  })

  it('is not given to a build that is not normalized', () => {
    expect(sourceDateEpoch(policy({}), git)).toBe(undefined)
    expect(sourceDateEpoch(policy({ reproducible: 'off' }), git)).toBe(undefined)
  })

  it.each(['', 'yesterday', '-1', '1.5', '99999999999'])('"%s" is refused', (given) => {
    expect(() =>
      sourceDateEpoch(policy({ reproducible: 'normalize', args: { SOURCE_DATE_EPOCH: given } }), git),
    ).toThrow(/expected build\.args\.SOURCE_DATE_EPOCH in seconds since 1970/)
  })
})
