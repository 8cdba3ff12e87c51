import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { evaluate, resultsOf } from '../../../src/gate/evaluate.ts'
import { rules } from '../../../src/gate/rules.ts'
import { severities, type RuleResult } from '../../../src/model/index.ts'
import { ruleIds, type RuleId } from '../../../src/policy/rule-ids.ts'
import {
  evidenceWith,
  exception,
  goodEvidence,
  missing,
  now,
  policy,
  policyWith,
  predictions,
  reproduced,
  vulnerability,
  withBase,
  withExceptions,
  withLint,
  withReproduction,
  withStarted,
  withVulnerabilities,
} from './good-evidence.ts'
import { earlierSize, examples, growing, withLicenses, withoutList, withSize, type Example } from './rule-examples.ts'

describe.each(rules.map((rule) => ({ id: rule.id, rule })))('$id', ({ id, rule }) => {
  const { status, catches, catchesNot, well: ownWell } = examples[id]

  const well = ownWell ?? { when: 'all is well', evidence: { ...goodEvidence(), exploitPrediction: predictions() } }
  it.each([well, ...catchesNot])('catches nothing when $when', (example: Example) => {
    const result = judge(id, example)
    expect(result.violations).toEqual([])
    expect(result.status).toBe('passed')
    expect(result.wanted).not.toBe('')
    expect(result.found).not.toBe('')
  })

  it.each(catches)('catches it when $when', (example) => {
    const result = judge(id, example)
    expect(result.violations.map((violation) => violation.id).toSorted()).toEqual(example.ids)
    expect(result.status).toBe(status)
    expect(result.violations.map(({ found }) => found).join('\n')).toMatch(example.found ?? /./)
    for (const violation of result.violations)
      expect([violation.wanted, violation.found, violation.remedy].filter((text) => text.trim().length < 1)).toEqual([])
  })

  it('judges each example as its golden file says', async () => {
    const said = [ownWell ?? { when: 'all is well' }, ...catchesNot, ...catches].map((example: Example) => {
      const result = judge(id, example)
      return {
        when: example.when,
        status: result.status,
        wanted: result.wanted,
        found: result.found,
        violations: result.violations,
      }
    })
    await expect(stringify(said, { lineWidth: 0, aliasDuplicateObjects: false })).toMatchFileSnapshot(
      `../../golden/rules/${id}.yaml`,
    )
  })

  it('has a source, a remedy and a title', () => {
    expect(rule.source.length).toBeGreaterThan(8)
    expect(rule.remedy).toMatch(/^[A-Z].{20,}\.$/s)
    expect(rule.title).toMatch(/^[A-Z]/)
  })

  it('declares the severities of its violations, and examples show each of them', () => {
    const seen = new Set(catches.flatMap((example) => judge(id, example).violations.map(({ severity }) => severity)))
    const shown =
      rule.severities.length === severities.length
        ? [...seen].filter((severity) => !rule.severities.includes(severity))
        : rule.severities.filter((severity) => !seen.has(severity))
    expect({ shown, unsaid: [...seen].filter((severity) => !rule.severities.includes(severity)) }).toEqual({
      shown: [],
      unsaid: [],
    })
  })
})

describe('violations that do not deny', () => {
  it.each([
    {
      id: 'vulnerabilities' as const,
      evidence: withVulnerabilities({
        findings: [vulnerability({ fixedVersion: undefined, status: 'affected' } as never)],
      }),
    },
    { id: 'lint-pragmas' as const, evidence: withLint([], [{ rules: ['DL3008'], line: 3, global: false }]) },
    { id: 'licenses' as const, evidence: withLicenses('see COPYING') },
    {
      id: 'size-unpacked' as const,
      evidence: goodEvidence(),
      policy: policyWith({ size: { unpacked: { warn: '60 MB' } } }),
    },
    {
      id: 'size-compressed' as const,
      evidence: goodEvidence(),
      policy: policyWith({ size: { compressed: { warn: '20 MB' } } }),
    },
    {
      id: 'size-growth' as const,
      evidence: withSize({ unpacked: 62_000_001 }),
      policy: growing({ warn: '1 MB', deny: '2 MB' }),
      baseline: earlierSize(),
    },
    { id: 'size-growth' as const, evidence: goodEvidence(), policy: growing({ warn: '1 MB' }) },
    {
      // A later word of the command is the name of a program that lacks a library.
      id: 'shared-libraries' as const,
      evidence: withStarted(
        { path: '/usr/bin/tini' },
        { path: '/usr/bin/test', first: false, missing: [{ name: 'libacl.so.1', neededBy: '/usr/bin/test' }] },
      ),
    },
    { id: 'exceptions' as const, evidence: goodEvidence(), policy: withExceptions(exception()) },
    {
      id: 'exceptions' as const,
      evidence: goodEvidence(),
      policy: withExceptions(exception({ expires: '2026-11-22' })),
    },
  ])('$id warns', ({ id, ...example }) => {
    const result = judge(id, example)
    expect(result.status).toBe('warned')
    expect(result.violations).toHaveLength(1)
    expect(
      evaluate(example.policy ?? policy, example.evidence, now, { baseline: example.baseline }).verdict.outcome,
    ).toBe('passed')
  })

  it('an unfixed finding within its limit is not a remark', () => {
    const unfixed = vulnerability({ status: 'affected' })
    delete unfixed.fixedVersion
    const result = judge('vulnerabilities', {
      when: '',
      evidence: withVulnerabilities({ findings: [unfixed] }),
      policy: policyWith({ vulnerabilities: { critical: 1 } }),
    })
    expect(result.status).toBe('passed')
    expect(result.found).toContain('1 without a fix')
  })
})

describe('a rule without the list that it judges by', () => {
  it.each([
    { when: 'no list was given', evidence: withoutList(), found: 'not judged: no list was given (--known-exploited)' },
    {
      when: 'the list cannot be read',
      evidence: evidenceWith((evidence) => (evidence.knownExploited = missing)),
      found: 'not judged: the list cannot be read',
    },
  ])('known-exploited is never reported as passed if $when', ({ evidence, found }) => {
    expect(judge('known-exploited', { evidence })).toMatchObject({ status: 'off', found, violations: [] })
  })

  it.each([
    {
      when: 'no list was given',
      evidence: goodEvidence(),
      found: 'not judged: no list was given (--exploit-prediction)',
    },
    {
      when: 'the list cannot be read',
      evidence: evidenceWith((evidence) => (evidence.exploitPrediction = missing)),
      found: 'not judged: the list cannot be read',
    },
  ])('exploit-prediction is never reported as passed if $when', ({ evidence, found }) => {
    expect(judge('exploit-prediction', { evidence })).toMatchObject({ status: 'off', found, violations: [] })
  })

  it('makes reproducible neither pass nor fail where nothing was built twice', () => {
    const evidence = withReproduction(reproduced(['built']))
    const found = 'not judged: the policy does not ask for a second build (build.reproducible: verify)'
    expect(judge('reproducible', { evidence })).toMatchObject({ status: 'off', found, violations: [] })
  })

  it('makes an exception to it neither used nor unused', () => {
    expect(
      judge('exceptions', { evidence: withoutList(), policy: withExceptions(exception({ rule: 'known-exploited' })) })
        .found,
    ).toBe('1 unjudged')
  })
})

it('a finding without a score is a remark if the policy says report', () => {
  const { exploitPrediction } = policy.vulnerabilities
  const { status, violations } = judge('exploit-prediction-list', {
    evidence: { ...withVulnerabilities({ findings: [vulnerability()] }), exploitPrediction: predictions() },
    policy: policyWith({ vulnerabilities: { exploitPrediction: { ...exploitPrediction, unscored: 'report' } } }),
  })
  expect([status, violations.map(({ id, remark }) => [id, remark])]).toEqual(['warned', [['CVE-2026-0001', true]]])
})

it('the gate and the policy list the same rules in the same order', () => {
  expect(rules.map(({ id }) => id)).toEqual(ruleIds)
})

it('a violation names its line in the Dockerfile', () => {
  const [violation] = judge('base-pinned', { when: '', evidence: withBase({ pinnedBy: 'nobody' }) }).violations
  expect(violation?.location).toEqual({ path: 'Dockerfile', line: 7, within: 'source' })
})

/** Judges by one rule alone, except for `exceptions`, which needs to know which exceptions the others used. */
function judge(id: RuleId, example: Partial<Example>): RuleResult {
  const asked = id === 'exceptions' ? rules : rules.filter((rule) => rule.id === id)
  const results = resultsOf(asked, example.policy ?? policy, example.evidence ?? goodEvidence(), now, {
    baseline: example.baseline,
  })
  const result = results.find(({ rule }) => rule === id)
  if (!result) throw new Error(`no result of ${id}`)
  return result
}
