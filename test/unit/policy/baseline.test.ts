import { asBaseline } from '../gate/as-baseline.ts'
import { describe, expect, it } from 'vitest'
import { acceptBaseline, type Baseline } from '../../../src/policy/baseline.ts'
import { clockSkew } from '../../../src/model/clock-skew.ts'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { rules } from '../../../src/gate/rules.ts'
import { digestOf, type Evidence, type RuleResult, type Vulnerability } from '../../../src/model/index.ts'
import { rulesWithoutBaseline } from '../../../src/policy/rule-ids.ts'
import type { Policy } from '../../../src/policy/schema.ts'
import { loadPolicy } from '../../../src/policy/load.ts'
import { renderJson } from '../../../src/report/index.ts'
import { passedRun } from '../report/runs.ts'
import {
  evidenceWith,
  exception,
  goodEvidence,
  lintFinding,
  now,
  policy,
  policyWith,
  secretFinding,
  valueOf,
  vulnerability,
  withLint,
  withVulnerabilities,
} from '../gate/good-evidence.ts'

const accepting = policyWith({ baseline: { accept: true } })
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)
const aged = (evidence: Evidence): Evidence => {
  for (const { evidence: cells } of evidence.platforms)
    if (cells.vulnerabilities.status === 'collected')
      cells.vulnerabilities.value.database.updatedAt = daysAgo(60).toISOString()
  return evidence
}

/** The verdict on the evidence some days ago, as a baseline. The age of the database does not matter here. */
function baselineOf(evidence: Evidence, days = 1, given: Policy = policy, earlier?: Baseline): Baseline {
  return asBaseline(verdictOn(evidence, days, given, earlier).verdict, evidence)
}

function verdictOn(evidence: Evidence, days: number, given: Policy = policy, earlier?: Baseline) {
  return evaluate(
    policyWith({ ...given, database: { maximumAge: '3650d' } }),
    aged(structuredClone(evidence)),
    daysAgo(days),
    { baseline: earlier },
  )
}

function judge(
  evidence: Evidence,
  baseline: Baseline | undefined,
  given: Policy = accepting,
): { outcome: string; of: (rule: string) => RuleResult } {
  const { verdict } = evaluate(given, evidence, now, { baseline })
  return { outcome: verdict.outcome, of: (rule) => verdict.results.find((result) => result.rule === rule)! }
}

const found = (...findings: Vulnerability[]) => withVulnerabilities({ findings })
const ids = (violations: ReadonlyArray<{ id: string }>) => violations.map(({ id }) => id)

describe('a finding that an earlier verdict had', () => {
  it('does not deny again, and is reported as known since that verdict', () => {
    const { outcome, of } = judge(found(vulnerability()), baselineOf(found(vulnerability())))
    expect(outcome).toBe('passed')
    expect(of('vulnerabilities')).toMatchObject({
      status: 'warned',
      violations: [],
      known: [{ violation: { id: 'CVE-2026-0001' }, since: daysAgo(1).toISOString() }],
    })
    expect(of('vulnerabilities').found).toContain('1 known since an earlier verdict')
  })

  it('does not keep new findings from denying', () => {
    const { outcome, of } = judge(
      found(vulnerability(), vulnerability({ id: 'CVE-2026-0002' })),
      baselineOf(found(vulnerability())),
    )
    expect(outcome).toBe('rejected')
    expect([ids(of('vulnerabilities').violations), of('vulnerabilities').known?.length]).toEqual([['CVE-2026-0002'], 1])
  })

  it.each([
    ['a different id', vulnerability({ id: 'CVE-2026-0002' })],
    [
      'a different package',
      vulnerability({ package: { name: 'a', version: '1', type: 'debian', purl: 'pkg:deb/debian/a@1' } }),
    ],
    [
      'a different version',
      vulnerability({ package: { name: 'libc6', version: '2.37', type: 'debian', purl: 'pkg:deb/debian/libc6@2.37' } }),
    ],
    ['a different path', vulnerability({ package: { ...vulnerability().package, path: '/opt/other' } })],
    ['a higher severity', vulnerability({ severity: 'critical' }), vulnerability({ severity: 'high' })],
    ['a severity that was unknown', vulnerability({ severity: 'high' }), vulnerability({ severity: 'unknown' })],
  ])('is new if it has %s', (_, present, earlier = vulnerability()) => {
    expect(judge(found(present), baselineOf(found(earlier))).outcome).toBe('rejected')
  })

  it('stays known if its severity has fallen', () => {
    expect(
      judge(found(vulnerability({ severity: 'high' })), baselineOf(found(vulnerability({ severity: 'critical' }))))
        .outcome,
    ).toBe('passed')
  })

  it.each([0, 1])('is new on another platform than the %i. of two', (known) => {
    const both = ['linux/amd64', 'linux/arm64']
    const given = policyWith({ baseline: { accept: true }, build: { platforms: both } })
    const one = evidenceWith(
      (evidence) => valueOf(evidence, 'vulnerabilities', known).findings.push(vulnerability()),
      both,
    )
    const two = evidenceWith(
      (evidence) =>
        [0, 1].forEach((index) => valueOf(evidence, 'vulnerabilities', index).findings.push(vulnerability())),
      both,
    )
    const { of } = judge(two, baselineOf(one, 1, given), given)
    expect(of('vulnerabilities').violations.map(({ platform }) => platform)).toEqual([both[1 - known]])
  })

  it('is matched by its equal, where another differs only in severity', () => {
    const both = found(vulnerability({ severity: 'high' }), vulnerability({ severity: 'critical' }))
    expect(judge(both, baselineOf(both)).outcome).toBe('passed')
    const reversed = found(vulnerability({ severity: 'critical' }), vulnerability({ severity: 'high' }))
    expect(judge(reversed, baselineOf(both)).outcome).toBe('passed')
  })

  it('covers only as many findings as there were', () => {
    const remark = lintFinding()
    expect(ids(judge(withLint([remark, remark]), baselineOf(withLint([remark]))).of('lint-level').violations)).toEqual([
      'DL3008',
    ])
  })

  it('counts towards the limit: once it is exceeded, the new findings deny', () => {
    const given = policyWith({ baseline: { accept: true }, vulnerabilities: { critical: 1 } })
    const [a, b, c] = ['A', 'B', 'C'].map((id) => vulnerability({ id })) as [
      Vulnerability,
      Vulnerability,
      Vulnerability,
    ]
    const earlier = baselineOf(found(a, b))
    expect(judge(found(a, b), earlier, given).outcome).toBe('passed')
    expect(ids(judge(found(a, b, c), earlier, given).of('vulnerabilities').violations)).toEqual(['C'])
    expect(judge(found(c), earlier, given).of('vulnerabilities').status).toBe('passed')
  })

  it('is not known if it was excepted then and the exception has expired', () => {
    const given = policyWith({
      exceptions: { register: [exception({ expires: daysAgo(1).toISOString().slice(0, 10) })] },
    })
    const earlier = baselineOf(found(vulnerability()), 1, given)
    expect(earlier.findings).toEqual([])
    expect(judge(found(vulnerability()), earlier).outcome).toBe('rejected')
  })

  it('is not counted as known if it is excepted', () => {
    const given = policyWith({ baseline: { accept: true }, exceptions: { register: [exception()] } })
    const result = judge(found(vulnerability()), baselineOf(found(vulnerability())), given).of('vulnerabilities')
    expect([result.excepted.length, result.known]).toEqual([1, undefined])
  })
})

describe('the age of a known finding', () => {
  it('is not that of a new finding, and the last day counts', () => {
    const first = baselineOf(found(vulnerability()), 30, accepting)
    const second = baselineOf(found(vulnerability()), 10, accepting, first)
    const { of } = judge(found(vulnerability(), vulnerability({ id: 'B' })), second)
    expect(of('vulnerabilities').known?.map(({ since }) => since)).toEqual([daysAgo(30).toISOString()])
    expect(of('vulnerabilities').found).not.toContain('known for longer')
  })

  it('counts from the first verdict that had the finding, through a chain of baselines', () => {
    const first = baselineOf(found(vulnerability()), 29, accepting)
    const second = baselineOf(found(vulnerability(), vulnerability({ id: 'B' })), 10, accepting, first)
    const { of } = judge(found(vulnerability(), vulnerability({ id: 'B' })), second)
    expect(of('vulnerabilities').known?.map(({ violation, since }) => [violation.id, since])).toEqual([
      ['B', daysAgo(10).toISOString()],
      ['CVE-2026-0001', daysAgo(29).toISOString()],
    ])
  })

  it('is limited by the policy: an older finding denies again, even through a chain', () => {
    const first = baselineOf(found(vulnerability()), 35, accepting)
    const second = baselineOf(found(vulnerability()), 10, accepting, first)
    const { outcome, of } = judge(found(vulnerability()), second)
    expect(outcome).toBe('rejected')
    expect(of('vulnerabilities').found).toContain('1 known for longer than 30d, which count again')
  })

  it('never starts after the verdict that reports the finding', () => {
    const { verdict } = evaluate(accepting, found(vulnerability()), daysAgo(1))
    const result = verdict.results.find(({ rule }) => rule === 'vulnerabilities')!
    Object.assign(result, {
      known: result.violations.map((violation) => ({ violation, since: '2099-01-01T00:00:00Z' })),
      violations: [],
    })
    expect(judge(found(vulnerability()), asBaseline(verdict)).of('vulnerabilities').known?.[0]?.since).toBe(
      daysAgo(1).toISOString(),
    )
  })
})

describe('what a baseline never makes known', () => {
  it('are findings about undecided rules, credentials, sizes, evidence and exceptions', () => {
    const undecided = rules.filter(({ means }) => means === 'undecided').map(({ id }) => id)
    expect(rulesWithoutBaseline).toEqual(
      expect.arrayContaining([
        ...undecided,
        'secrets',
        'suspected-secrets',
        'size-unpacked',
        'size-compressed',
        'exceptions',
      ]),
    )
  })

  it.each(rulesWithoutBaseline)('%s: the loader refuses it in baseline.rules', (rule) => {
    expect(() => loadPolicy(`version: 1\nbaseline: {rules: [${rule}]}`, 'loadline.yaml', now)).toThrow(
      /loadline\.yaml:2:20: baseline\.rules\[0\]: expected a rule whose findings can be known/,
    )
  })

  it('are a credential and missing evidence', () => {
    const leaked = evidenceWith((evidence) => valueOf(evidence, 'secrets').findings.push(secretFinding()))
    expect(judge(leaked, baselineOf(leaked)).outcome).toBe('rejected')
    const blind = evidenceWith((evidence) => Reflect.deleteProperty(evidence.platforms[0]!.evidence, 'secrets'))
    expect(judge(blind, baselineOf(blind)).outcome).toBe('undecided')
  })

  it.each(['undecided', 'off'] as const)('are findings of a rule that was %s', (status) => {
    const { verdict } = evaluate(policy, found(vulnerability()), daysAgo(1))
    const result = verdict.results.find(({ rule }) => rule === 'vulnerabilities')!
    Object.assign(result, { status })
    expect(judge(found(vulnerability()), asBaseline(verdict)).outcome).toBe('rejected')
  })

  it('are any findings, if the policy only compares sizes with it', () => {
    const comparing = policyWith({ size: { growth: '10 MB' } })
    expect(judge(goodEvidence(), baselineOf(goodEvidence()), comparing).outcome).toBe('passed')
    expect(judge(found(vulnerability()), baselineOf(found(vulnerability())), comparing).outcome).toBe('rejected')
  })

  it('are findings of a rule that the policy does not name', () => {
    const evidence = evidenceWith((given) =>
      valueOf(given, 'configuration').setuid.push({ path: '/usr/bin/su', mode: '4755', bytes: 1 }),
    )
    expect(judge(evidence, baselineOf(evidence)).outcome).toBe('rejected')
    expect(
      judge(evidence, baselineOf(evidence), policyWith({ baseline: { accept: true, rules: ['setuid'] } })).outcome,
    ).toBe('passed')
  })
})

describe('a baseline is refused', () => {
  const text = (evidence: Evidence, days = 1) => {
    const { release: _, ...run } = passedRun()
    const { verdict } = verdictOn(evidence, days)
    return renderJson({ ...run, evidence, verdict, outcome: verdict.outcome })
  }
  const accept =
    (given: string, name = 'shop/orders', by: Policy = accepting) =>
    () =>
      acceptBaseline({ path: 'old/verdict.json', text: given }, name, by, now)

  it('if the policy accepts none, and the error names the key to change', () => {
    expect(accept(text(goodEvidence()), 'shop/orders', policy)).toThrow(
      'a baseline was given, but the policy accepts none (baseline.accept: false)',
    )
    expect(() => judge(goodEvidence(), baselineOf(goodEvidence()), policy)).toThrow('baseline.accept: false')
  })

  it('if it is older than the policy allows, or from the future', () => {
    expect(accept(text(goodEvidence(), 31))).toThrow(
      /expected a baseline not older than 30d \(baseline\.maximumAge\), found one from .*, 31 days old/,
    )
    expect(accept(text(goodEvidence(), -1))).toThrow(/expected a baseline from the past/)
    expect(() => judge(goodEvidence(), baselineOf(goodEvidence(), 31))).toThrow('baseline.maximumAge')
  })

  it('but not on its last day, or where two clocks differ by no more than they may', () => {
    expect(accept(text(goodEvidence(), 30))).not.toThrow()
    const skew = clockSkew / 86_400_000
    expect(accept(text(goodEvidence(), -skew))).not.toThrow()
    expect(accept(text(goodEvidence(), -skew * 1.01))).toThrow('from the past')
  })

  it('if it is about a different application, or has no verdict', () => {
    expect(accept(text(goodEvidence()), 'shop/other')).toThrow(
      'expected a baseline of shop/other, found one of shop/orders in old/verdict.json',
    )
    const { verdict: _, ...run } = passedRun()
    expect(accept(renderJson({ ...run, outcome: 'broken' }))).toThrow('found a run without one')
    expect(accept('')).toThrow(/in old\/verdict\.json, found an empty file/)
  })

  it('if the policy only accepts the signed verdict of a release', () => {
    const signer = { identity: 'https://ci.example.com/release', issuer: 'https://token.example.com' }
    const signed = policyWith({ baseline: { accept: true, signer } })
    expect(accept(text(goodEvidence()), 'shop/orders', signed)).toThrow(
      'expected the attested verdict of a release as the baseline (baseline.signer), found a file',
    )
  })

  it('and otherwise accepted, and the verdict bound to its bytes', () => {
    const given = text(goodEvidence())
    const baseline = accept(given)()
    expect(evaluate(accepting, goodEvidence(), now, { baseline }).verdict.binding.baseline).toEqual({
      digest: digestOf(given),
      at: daysAgo(1).toISOString(),
      images: baseline.judged.images,
    })
    expect(evaluate(accepting, goodEvidence(), now).verdict.binding.baseline).toBeUndefined()
  })
})
