import { madeKnown } from '../../../src/policy/baseline.ts'
import { describe, expect, it } from 'vitest'
import {
  checkImage,
  renewedSummary,
  verificationSummary,
  type InputAttestation,
} from '../../../src/attestation/index.ts'
import { AttestedRule, type Digest } from '../../../src/model/index.ts'
import type { Reverdict, ToolIdentity } from '../../../src/model/index.ts'
import { expected, found, image, policy, stated, verdict } from './released-image.ts'

const later = '2026-12-24T01:10:02.000Z'
const scanner: ToolIdentity = { name: 'trivy', version: '0.99.0', reference: `trivy@sha256:${'9'.repeat(64)}` }
const inputs = Object.entries(found().kinds).flatMap(([kind, { holding }]): InputAttestation[] =>
  kind === 'verdict'
    ? []
    : holding.map(({ statement, digest }) => ({ predicateType: statement.predicateType, digest })),
)
const earlier = verificationSummary(verdict, {
  repository: 'registry.example.com/shop/orders',
  digest: image,
  policy: { origin: 'file', digest: policy, path: 'loadline.yaml' },
  inputs,
  application: 'orders',
  known: madeKnown(verdict, undefined),
})
const judged = verdict.results.filter(({ rule }) => rule === 'vulnerabilities')
const takenOver = verdict.results
  .filter(({ rule }) => rule !== 'vulnerabilities')
  .map((result) => ({ ...AttestedRule.strip().parse(result), judgedAt: earlier.timeVerified }))
const again: Reverdict = {
  schemaVersion: 'loadline.reverdict/v1',
  outcome: 'passed',
  reference: 'registry.example.com/shop/orders:1',
  digest: image,
  judgedAt: later,
  policy,
  databases: verdict.binding.databases.map((database) => ({
    ...database,
    digest: `sha256:${'8'.repeat(64)}` as Digest,
  })),
  attested: { at: earlier.timeVerified, policy, databases: verdict.binding.databases },
  judged,
  takenOver,
  changedRules: [],
  appeared: [],
  disappeared: [],
}

describe('the verdict of a later day', () => {
  const renewed = renewedSummary(earlier, again, { inputs, scanners: [scanner] })

  it('says when it was judged, with which database and scanner, and of each rule that was taken over since when it holds', () => {
    expect(renewed.timeVerified).toBe(later)
    expect(renewed.loadline_verdict?.binding).toMatchObject({
      at: later,
      policy,
      databases: again.databases,
      images: verdict.binding.images,
    })
    const tools = renewed.loadline_verdict?.binding.tools ?? []
    expect(tools.filter(({ name }) => name === 'trivy')).toEqual([scanner])
    expect(tools).toHaveLength(verdict.binding.tools.length)
    const rules = new Map(renewed.loadline_verdict?.rules.map(({ rule, judgedAt }) => [rule, judgedAt]))
    expect(rules.get('vulnerabilities')).toBeUndefined()
    expect(rules.get('user')).toBe(earlier.timeVerified)
    expect(rules.size).toBe(verdict.results.length)
  })

  it('is what a consumer goes by, of the two', () => {
    const released = found()
    const before = released.kinds.verdict?.holding ?? []
    const both = { holding: [...before, stated('verdict', renewed)], said: '', unverified: 2 }
    const { checks, verdict: newest } = checkImage(
      { ...released, kinds: { ...released.kinds, verdict: both } },
      expected,
    )
    expect(checks.filter(({ status }) => status !== 'holds')).toEqual([])
    expect(newest?.at).toBe(later)
  })

  it.each([
    ['is not passed', { outcome: 'rejected' }],
    ['could not be decided', { outcome: 'undecided' }],
    ['was made by another policy, which never judged what is taken over', { policy: `sha256:${'0'.repeat(64)}` }],
  ] as const)('is not attested where it %s', (_, change) => {
    expect(() => renewedSummary(earlier, { ...again, ...change }, { inputs, scanners: [] })).toThrow(TypeError)
  })

  it('renews nothing that another gate judged', () => {
    const { loadline_verdict: _, ...foreign } = earlier
    expect(() => renewedSummary(foreign as never, again, { inputs, scanners: [] })).toThrow(TypeError)
  })
})
