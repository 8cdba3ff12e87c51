import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { evaluate, isPassedVerdict } from '../../../src/gate/evaluate.ts'
import { Verdict, type Evidence, type RuleResult } from '../../../src/model/index.ts'
import { advisoryPolicy } from '../../../src/policy/advisory.ts'
import { policyDigest } from '../../../src/policy/policy-digest.ts'
import { strictPolicy } from '../../../src/policy/strict.ts'
import { ruleIds, type RuleId } from '../../../src/policy/rule-ids.ts'
import type { Policy } from '../../../src/policy/schema.ts'
import {
  digest,
  evidenceWith,
  exception,
  goodEvidence,
  predictions,
  missing,
  now,
  policy,
  policyWith,
  reproduced,
  tool,
  valueOf,
  vulnerability,
  withConfiguration,
  withExceptions,
  withoutDockerfile,
  withReproduction,
  withVulnerabilities,
} from './good-evidence.ts'

const bad = withVulnerabilities({ findings: [vulnerability()] })
const reason = 'decided in the review of 2026-11'

function resultOf(
  rule: RuleId,
  given: { policy?: Policy; evidence?: Evidence; now?: Date } = {},
): RuleResult & { outcome: string } {
  const { verdict } = evaluate(given.policy ?? policy, given.evidence ?? goodEvidence(), given.now ?? now)
  const result = verdict.results.find((entry) => entry.rule === rule)
  if (!result) throw new Error(`no result of ${rule}`)
  return { ...result, outcome: verdict.outcome }
}

describe('the outcome', () => {
  it('is passed if the evidence is complete and clean', () => {
    const { verdict, passed } = evaluate(
      policyWith({ build: { reproducible: 'verify' } }),
      { ...withReproduction(reproduced()), exploitPrediction: predictions() },
      now,
    )
    expect(verdict.outcome).toBe('passed')
    expect(verdict.results.map(({ rule, status }) => [rule, status])).toEqual(ruleIds.map((rule) => [rule, 'passed']))
    expect(passed?.verdict).toEqual(verdict)
    expect(Verdict.parse(verdict)).toEqual(verdict)
  })

  it('is rejected if a rule denies, and then nothing can be published', () => {
    const { verdict, passed } = evaluate(policy, bad, now)
    expect(verdict.outcome).toBe('rejected')
    expect(passed).toBeUndefined()
  })

  it('is undecided if evidence is missing', () => {
    const { verdict, passed } = evaluate(
      policy,
      evidenceWith((evidence) => (evidence.platforms[0]!.evidence.configuration = missing)),
      now,
    )
    expect(verdict.outcome).toBe('undecided')
    expect(passed).toBeUndefined()
    expect(verdict.results.filter(({ status }) => status === 'undecided').map(({ rule }) => rule)).toEqual([
      'evidence',
      'package-records',
      'suspected-secrets',
      'user',
      'healthcheck',
      'exposed-ports',
      'setuid',
      'world-writable',
      'shells',
      'package-managers',
      'package-caches',
      'ssh-server',
      'exec-form',
      'shared-libraries',
      'labels',
    ])
  })

  it('is rejected if evidence is missing and another rule denies', () => {
    const evidence = evidenceWith((changed) => {
      valueOf(changed, 'vulnerabilities').findings.push(vulnerability())
      changed.platforms[0]!.evidence.sbom = missing
    })
    expect(evaluate(policy, evidence, now).verdict.outcome).toBe('rejected')
  })

  it('is undecided if there is no image', () => {
    const { verdict } = evaluate(policy, { ...goodEvidence(), platforms: [] }, now)
    expect(verdict.outcome).toBe('undecided')
    expect(
      verdict.results
        .filter(({ kind }) => kind !== 'lint' && kind !== 'policy')
        .every(({ status }) => status === 'undecided'),
    ).toBe(true)
  })

  it('is undecided if one of two platforms lacks one kind of evidence', () => {
    const evidence = evidenceWith(
      (changed) => (changed.platforms[1]!.evidence.secrets = missing),
      ['linux/amd64', 'linux/arm64'],
    )
    const result = resultOf('secrets', {
      evidence,
      policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] } }),
    })
    expect(result).toMatchObject({
      outcome: 'undecided',
      status: 'undecided',
      found: 'missing: secrets on linux/arm64',
    })
    expect(result.violations).toEqual([
      {
        id: 'secrets',
        subject: '',
        severity: 'unknown',
        platform: 'linux/arm64',
        wanted: missing.wanted,
        found: missing.found,
        remedy: missing.remedy,
      },
    ])
  })
})

describe('levels', () => {
  it('warn reports the reason and does not deny', () => {
    const result = resultOf('vulnerabilities', {
      evidence: bad,
      policy: policyWith({ rules: { vulnerabilities: { level: 'warn', reason } } }),
    })
    expect(result).toMatchObject({ outcome: 'passed', status: 'warned' })
    expect(result.violations).toHaveLength(1)
    expect(result.found).toContain(`only warns: ${reason}`)
  })

  it('off does not judge and reports the reason [fault 35]', () => {
    const result = resultOf('vulnerabilities', {
      evidence: bad,
      policy: policyWith({ rules: { vulnerabilities: { level: 'off', reason } } }),
    })
    expect(result).toMatchObject({
      outcome: 'passed',
      status: 'off',
      wanted: 'not judged',
      found: `disabled by the policy: ${reason}`,
      violations: [],
    })
  })

  it.each(['warn', 'off'] as const)('missing evidence denies with every rule that needs it on %s', (level) => {
    const rules = Object.fromEntries(ruleIds.map((id) => [id, { level, reason }]))
    const evidence = evidenceWith((changed) => (changed.platforms[0]!.evidence.vulnerabilities = missing))
    const { verdict, passed } = evaluate({ ...policy, rules }, evidence, now)
    expect(verdict.outcome).toBe('undecided')
    expect(verdict.results[0]).toMatchObject({ rule: 'evidence', status: 'undecided' })
    expect(passed).toBeUndefined()
  })

  it('an image without a Dockerfile is rejected unless the policy allows it, and what could not be examined is never reported as passed [fault 101]', () => {
    const outcomes = (policies: Policy) => {
      const { verdict, passed } = evaluate(policies, withoutDockerfile(), now)
      return {
        outcome: verdict.outcome,
        publishes: passed !== undefined,
        statuses: Object.fromEntries(verdict.results.map(({ rule, status }) => [rule, status])),
        evidence: verdict.results[0]?.found,
      }
    }
    const notJudged = Object.fromEntries(
      ['lint-level', 'lint-pragmas', 'add-url', 'base-pinned', 'base-allowed', 'base-latest'].map((rule) => [
        rule,
        'off',
      ]),
    )
    expect(outcomes(policy)).toMatchObject({
      outcome: 'rejected',
      publishes: false,
      statuses: { ...notJudged, dockerfile: 'failed', evidence: 'passed', 'database-coverage': 'passed' },
      evidence: '8 of 10 collected on linux/amd64; not applicable: lint, base',
    })
    expect(outcomes(strictPolicy).outcome).toBe('rejected')
    expect(outcomes(policyWith({ rules: { dockerfile: { level: 'warn', reason } } }))).toMatchObject({
      outcome: 'passed',
      publishes: true,
      statuses: { ...notJudged, dockerfile: 'warned' },
    })
    const allowed = withExceptions(
      exception({ rule: 'dockerfile', id: 'lint' }),
      exception({ rule: 'dockerfile', id: 'base' }),
    )
    expect(outcomes(allowed)).toMatchObject({ outcome: 'passed', statuses: { ...notJudged, dockerfile: 'passed' } })
    expect(outcomes(withExceptions(exception({ rule: 'dockerfile', id: 'lint' }))).outcome).toBe('rejected')
  })

  it('assumes that an image with an unknown base has an operating system [fault 101]', () => {
    const evidence = withoutDockerfile()
    delete valueOf(evidence, 'vulnerabilities').os
    expect(resultOf('database-coverage', { evidence })).toMatchObject({
      status: 'undecided',
      violations: [{ id: 'operating-system' }],
    })
  })

  it('the advisory policy passes everything except missing evidence', () => {
    const terrible = evidenceWith((evidence) => {
      valueOf(evidence, 'vulnerabilities').findings.push(vulnerability())
      Object.assign(valueOf(evidence, 'vulnerabilities').database, {
        updatedAt: '2020-01-01T00:00:00Z',
        coverage: 'example',
      })
      Object.assign(valueOf(evidence, 'configuration'), { user: '', sshServers: ['/usr/sbin/sshd'] })
      valueOf(evidence, 'sbom').documents = []
    })
    expect(evaluate(advisoryPolicy, terrible, now).verdict.outcome).toBe('passed')
    expect(
      evaluate(
        advisoryPolicy,
        evidenceWith((evidence) => (evidence.lint = missing)),
        now,
      ).verdict.outcome,
    ).toBe('undecided')
  })

  it.each([
    ['2026-11-24', 'warned'],
    ['2026-11-23', 'failed'],
    ['2026-11-22', 'failed'],
    // Further away than exceptions.maximumDays: the loader refuses it, and the gate ignores it.
    ['2028-01-01', 'failed'],
  ])('effectiveFrom %s on 2026-11-23 is %s', (effectiveFrom, status) => {
    expect(
      resultOf('vulnerabilities', {
        evidence: bad,
        policy: policyWith({ rules: { vulnerabilities: { level: 'deny', effectiveFrom } } }),
      }).status,
    ).toBe(status)
  })
})

describe('exceptions', () => {
  it('allow what they name, and the report says on whose authority and until when', () => {
    const result = resultOf('vulnerabilities', { evidence: bad, policy: withExceptions(exception()) })
    expect(result).toMatchObject({ outcome: 'passed', status: 'passed', violations: [] })
    expect(result.excepted).toMatchObject([
      {
        violation: { id: 'CVE-2026-0001' },
        reason: 'not reachable from the network',
        owner: 'team-shop',
        expires: '2026-12-31',
      },
    ])
    expect(result.found).toContain('1 excepted')
  })

  it.each([
    ['another rule', { rule: 'setuid' as const }],
    ['another id', { id: 'CVE-2026-0002' }],
    ['an id in a different case', { id: 'cve-2026-0001' }],
    ['another subject', { subject: 'pkg:deb/debian/libc6@2.35' }],
    ['another platform', { platform: 'linux/arm64' }],
    ['yesterday', { expires: '2026-11-22' }],
    ['a day too far away', { expires: '2027-06-01' }],
  ])('for %s allow nothing', (_, change) => {
    expect(resultOf('vulnerabilities', { evidence: bad, policy: withExceptions(exception(change)) })).toMatchObject({
      outcome: 'rejected',
      status: 'failed',
      excepted: [],
    })
  })

  it.each([
    ['2026-12-31T00:00:00.000Z', 'passed'],
    ['2026-12-31T23:59:59.999Z', 'passed'],
    ['2027-01-01T00:00:00.000Z', 'failed'],
  ])('end with their last day in UTC: for 2026-12-31 at %s, %s [faults 29, 34]', (moment, status) => {
    const evidence = evidenceWith((changed) => {
      valueOf(changed, 'vulnerabilities').findings.push(vulnerability())
      valueOf(changed, 'vulnerabilities').database.updatedAt = moment
    })
    expect(
      resultOf('vulnerabilities', { evidence, policy: withExceptions(exception()), now: new Date(moment) }).status,
    ).toBe(status)
  })

  it('apply before limits: what is excepted does not count', () => {
    const evidence = withVulnerabilities({ findings: ['A', 'B', 'C'].map((id) => vulnerability({ id })) })
    const limited = policyWith({ vulnerabilities: { critical: 2 }, exceptions: { register: [exception({ id: 'B' })] } })
    expect(resultOf('vulnerabilities', { evidence, policy: limited }).status).toBe('passed')
    const stricter = policyWith({
      vulnerabilities: { critical: 1 },
      exceptions: { register: [exception({ id: 'B' })] },
    })
    expect(resultOf('vulnerabilities', { evidence, policy: stricter }).violations.map(({ id }) => id)).toEqual([
      'A',
      'C',
    ])
  })

  it('are neither used nor unused while their rule lacks evidence', () => {
    const evidence = evidenceWith((changed) => (changed.platforms[0]!.evidence.vulnerabilities = missing))
    const result = resultOf('exceptions', {
      evidence,
      policy: policyWith({ exceptions: { unused: 'deny', register: [exception()] } }),
    })
    expect(result).toMatchObject({ status: 'passed', found: '1 unjudged' })
  })

  it('cannot allow missing evidence', () => {
    const evidence = evidenceWith((changed) => (changed.platforms[0]!.evidence.sbom = missing))
    const { verdict } = evaluate(
      withExceptions(exception({ rule: 'evidence', id: 'sbom' }), exception({ rule: 'sbom-complete', id: 'sbom' })),
      evidence,
      now,
    )
    expect(
      verdict.results.filter(({ rule }) => rule === 'evidence' || rule === 'sbom-complete').map(({ status }) => status),
    ).toEqual(['undecided', 'undecided'])
  })
})

describe('the binding', () => {
  it('lists images, policy, databases, tools and time, each once', () => {
    const platforms = ['linux/arm64', 'linux/amd64']
    const both = policyWith({ build: { platforms } })
    const { binding } = evaluate(both, goodEvidence(platforms), now, { tools: [tool('buildkit')] }).verdict
    expect(binding.images).toEqual([
      { platform: 'linux/amd64', digest: digest('image linux/amd64') },
      { platform: 'linux/arm64', digest: digest('image linux/arm64') },
    ])
    expect(binding.policy).toBe(policyDigest(both))
    expect(binding.databases).toEqual([
      { name: 'trivy-db', digest: digest('database'), updatedAt: '2026-11-23T06:00:00Z', coverage: 'official' },
    ])
    expect(binding.tools.map(({ name }) => name)).toEqual([
      'buildkit',
      'container-structure-test',
      'dive',
      'hadolint',
      'inspect',
      'sandbox',
      'trivy',
    ])
    expect(binding.at).toBe('2026-11-23T12:00:00.000Z')
  })

  it('changes with the policy [fault 36]', () => {
    const first = evaluate(policy, goodEvidence(), now).verdict.binding.policy
    expect(evaluate(policyWith({ lint: { failOn: 'error' } }), goodEvidence(), now).verdict.binding.policy).not.toBe(
      first,
    )
  })
})

describe('a passed verdict', () => {
  const archive = { platform: 'linux/amd64', digest: digest('image linux/amd64') }

  it('covers exactly the archives that were judged', () => {
    const { passed } = evaluate(policy, goodEvidence(), now)
    expect(() => passed?.mustCover([archive])).not.toThrow()
    for (const others of [
      [],
      [{ ...archive, digest: digest('another') }],
      [{ ...archive, platform: 'linux/arm64' }],
      [archive, archive],
      [archive, { platform: 'linux/arm64', digest: digest('x') }],
    ]) {
      expect(() => passed?.mustCover(others)).toThrow(DeliveryError)
    }
  })

  it('cannot be changed or forged', () => {
    const { passed, verdict } = evaluate(policy, goodEvidence(), now)
    if (!passed) throw new Error('not passed')
    verdict.binding.images[0]!.digest = digest('another')
    expect(() => passed.mustCover([archive])).not.toThrow()
    expect(() => Object.assign(passed.verdict, { outcome: 'rejected' })).toThrow(TypeError)
    expect(() => Object.assign(passed.verdict.binding.images[0]!, { digest: digest('another') })).toThrow(TypeError)
    const forge = passed.constructor as new (...parts: unknown[]) => unknown
    expect(() => new forge(Symbol('made by evaluate'), verdict)).toThrow(/only be made by the gate/)
    expect(isPassedVerdict(passed)).toBe(true)
    for (const fake of [
      Object.create(Object.getPrototypeOf(passed) as object),
      { verdict },
      structuredClone(verdict),
      null,
      'passed',
    ])
      expect(isPassedVerdict(fake)).toBe(false)
  })
})

describe('input that did not come from the loader', () => {
  it('an invalid policy throws', () => {
    const broken = { ...policy, vulnerabilities: { ...policy.vulnerabilities, critical: Number.POSITIVE_INFINITY } }
    expect(() => evaluate(broken, goodEvidence(), now)).toThrow(/vulnerabilities.critical/)
    expect(() => evaluate({ ...policy, rules: { vulnerabilities: { level: 'off' } } }, goodEvidence(), now)).toThrow(
      DeliveryError,
    )
    expect(() =>
      evaluate({ ...policy, rules: { vulnerabilitis: { level: 'off', reason } } } as Policy, goodEvidence(), now),
    ).toThrow(DeliveryError)
  })

  it('an invalid time throws', () => {
    expect(() => evaluate(policy, goodEvidence(), new Date('never'))).toThrow(RangeError)
  })

  it('environment variables decide nothing [fault 35]', () => {
    process.env['LOADLINE_GATE'] = 'off'
    try {
      expect(evaluate(policy, bad, now).verdict.outcome).toBe('rejected')
    } finally {
      delete process.env['LOADLINE_GATE']
    }
  })
})

it('sorts violations by severity, worst first, then by id, subject and platform', () => {
  const { violations } = resultOf('vulnerabilities', {
    evidence: withVulnerabilities({
      findings: [
        finding('B', 'unknown', 'p'),
        finding('B', 'high', 'q'),
        finding('B', 'high', 'p'),
        finding('A', 'high', 'z'),
        finding('Z', 'critical', 'p'),
      ],
    }),
  })
  expect(violations.map(({ severity, id, subject }) => `${severity} ${id} ${subject}`)).toEqual([
    'critical Z p',
    'high A z',
    'high B p',
    'high B q',
    'unknown B p',
  ])
})

it('rejects an image without a user as a violation of its configuration', () => {
  expect(resultOf('user', { evidence: withConfiguration({ user: '' }) })).toMatchObject({
    outcome: 'rejected',
    status: 'failed',
    kind: 'configuration',
  })
})

function finding(id: string, severity: 'critical' | 'high' | 'unknown', purl: string) {
  return vulnerability({ id, severity, package: { name: 'x', version: '1', type: 'debian', purl } })
}
