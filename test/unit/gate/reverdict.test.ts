import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { rejudge, type PublishedEvidence } from '../../../src/gate/reverdict.ts'
import type { Vulnerability } from '../../../src/model/index.ts'
import { goodEvidence, missing, now, policy, valueOf, vulnerability } from './good-evidence.ts'

const evidence = goodEvidence()
const earlier = evaluate(policy, evidence, now).verdict.results
const cells = evidence.platforms[0]

function published(change: Partial<PublishedEvidence> = {}, findings: Vulnerability[] = []): PublishedEvidence[] {
  if (cells === undefined || cells.evidence.vulnerabilities.status !== 'collected')
    throw new Error('good evidence has vulnerabilities')
  const vulnerabilities = {
    ...cells.evidence.vulnerabilities,
    value: { ...cells.evidence.vulnerabilities.value, findings },
  }
  return [
    {
      platform: 'linux/amd64',
      digest: cells.archive.digest,
      vulnerabilities,
      licenses: cells.evidence.licenses,
      onScratch: false,
      before: [],
      ...change,
    },
  ]
}

describe('rejudge', () => {
  it('passes if nothing has changed, and lists the results that it took over', () => {
    const again = rejudge(policy, published(), earlier, now)
    expect({ outcome: again.outcome, changed: again.changedRules, appeared: again.appeared }).toEqual({
      outcome: 'passed',
      changed: [],
      appeared: [],
    })
    expect(again.judged.map(({ rule }) => rule).toSorted()).toEqual([
      'database-age',
      'database-coverage',
      'end-of-life-os',
      'exceptions',
      'inventory',
      'licenses',
      'reproducible',
      'vulnerabilities',
    ])
    expect(again.takenOver.map(({ rule }) => rule)).toContain('size-unpacked')
  })

  it('rejects an image with a newly known vulnerability, and names it', () => {
    const again = rejudge(
      policy,
      published({}, [vulnerability({ severity: 'critical', fixedVersion: '9.9' })]),
      earlier,
      now,
    )
    expect(again.outcome).toBe('rejected')
    expect(again.changedRules).toEqual([{ rule: 'vulnerabilities', before: 'passed', now: 'failed' }])
    expect(again.appeared).toHaveLength(1)
    expect(again.disappeared).toEqual([])
  })

  it('reports what has disappeared, but not if the scan is missing', () => {
    expect(rejudge(policy, published({ before: [vulnerability()] }), earlier, now).disappeared).toHaveLength(1)
    const blind = rejudge(policy, published({ before: [vulnerability()], vulnerabilities: missing }), earlier, now)
    expect([blind.outcome, blind.disappeared]).toEqual(['undecided', []])
  })

  it('keeps a denial of the attested verdict, and is undecided for a rule that it never judged', () => {
    expect(
      rejudge(
        policy,
        published(),
        earlier.map((result) => (result.rule === 'user' ? { ...result, status: 'failed' as const } : result)),
        now,
      ).outcome,
    ).toBe('rejected')
    const unknown = rejudge(
      policy,
      published(),
      earlier.filter(({ rule }) => rule !== 'user'),
      now,
    )
    expect([unknown.outcome, unknown.takenOver.find(({ rule }) => rule === 'user')?.status]).toEqual([
      'undecided',
      'undecided',
    ])
  })

  it('is undecided with a database that does not cover the image', () => {
    const [image] = published()
    if (image?.vulnerabilities.status !== 'collected') throw new Error('collected')
    const blind = {
      ...image.vulnerabilities,
      value: {
        ...image.vulnerabilities.value,
        uncovered: ['pip'],
        database: { ...valueOf(evidence, 'vulnerabilities').database, ecosystems: { 'debian 12': 1 } },
      },
    }
    expect(rejudge(policy, published({ vulnerabilities: blind }), earlier, now).outcome).toBe('undecided')
  })

  it('requires an operating system unless the provenance says that the image was built from scratch', () => {
    const [image] = published()
    if (image?.vulnerabilities.status !== 'collected') throw new Error('collected')
    const { os: _, ...value } = image.vulnerabilities.value
    const without = { ...image.vulnerabilities, value }
    expect(rejudge(policy, published({ vulnerabilities: without }), earlier, now).outcome).toBe('undecided')
    expect(
      rejudge(policy, published({ vulnerabilities: without, onScratch: true }), earlier, now).judged.find(
        ({ rule }) => rule === 'database-coverage',
      )?.status,
    ).toBe('passed')
  })
})
