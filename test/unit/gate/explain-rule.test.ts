import { describe, expect, it } from 'vitest'
import { explainRule } from '../../../src/gate/explain-rule.ts'
import { rules } from '../../../src/gate/rules.ts'
import type { Rule } from '../../../src/gate/rule.ts'
import { lockablePaths } from '../../../src/policy/organisation.ts'
import type { RuleId } from '../../../src/policy/rule-ids.ts'
import { loadPolicy } from '../../../src/policy/load.ts'
import type { Policy } from '../../../src/policy/schema.ts'
import { exception, goodEvidence, now, policy } from './good-evidence.ts'

const rule = (id: RuleId): Rule => rules.find((candidate) => candidate.id === id)!

describe('a rule, explained', () => {
  it('shows what it requires, what to do, its source and every policy setting', () => {
    const given = loadPolicy(
      'version: 1\nvulnerabilities: {medium: 3}\nrules: {vulnerabilities: {level: deny, effectiveFrom: 2026-12-24}}\nexceptions: {register: [{rule: vulnerabilities, id: CVE-2026-1001, reason: not reachable here, owner: team-x, expires: 2027-01-31}]}',
      'loadline.yaml',
      now,
    )
    expect(explainRule(rule('vulnerabilities'), given, 'default, then loadline.yaml'))
      .toBe(`vulnerabilities: Known vulnerabilities are within the thresholds

  needs        evidence of the kind vulnerabilities
  a violation  rejects the image
  what to do   ${rule('vulnerabilities').remedy}
  source       CIS Docker Benchmark 1.6.0, 4.4; NIST SP 800-190, 4.1.1

In the policy (default, then loadline.yaml):

  rules.vulnerabilities        denies from 2026-12-24 (UTC), warns until then
  vulnerabilities.critical     0
  vulnerabilities.high         0
  vulnerabilities.medium       3
  vulnerabilities.low          unlimited
  vulnerabilities.unknown      0
  vulnerabilities.unfixed      report
  vulnerabilities.base         not set
  vulnerabilities.application  not set
  exceptions.register          CVE-2026-1001 until 2027-01-31 (team-x)
`)
  })

  it.each([
    ['evidence', {}, 'denies; no policy can change that'],
    ['evidence', {}, 'no exception is possible'],
    ['database-age', {}, 'leaves the verdict undecided'],
    ['size-unpacked', {}, 'size.unpacked        not set'],
    ['user', { user: { level: 'warn', reason: 'old images remain' } }, 'only warns: old images remain'],
    ['user', { user: { level: 'off', reason: 'old images remain' } }, 'is disabled: old images remain'],
    [
      'setuid',
      { setuid: { level: 'deny', owners: { base: 'warn' }, reason: 'the base brings them' } },
      'denies, for base only warns: the base brings them',
    ],
    ['user', { user: { level: 'deny' } }, 'rules.user                denies'],
  ] as const)('shows for %s with the settings %j: %s', (id, settings, text) => {
    expect(explainRule(rule(id), { ...policy, rules: settings }, 'default')).toContain(text)
  })
})

describe('the settings of a rule', () => {
  /** Keys that every rule may read although they do not configure it: they locate its findings. */
  const places = ['build.dockerfile']

  it.each(rules.map(({ id }) => id))('%s declares every policy key that it reads, and only keys that exist', (id) => {
    const read = new Set<string>()
    const { judge, settings = [] } = rule(id)
    const given = { ...policy, exceptions: { ...policy.exceptions, register: [exception()] } }
    judge({ policy: watched(given, read), evidence: goodEvidence(), now, exceptions: [] })
    expect([...read].filter((path) => !settings.includes(path) && !places.includes(path))).toEqual([])
    expect(settings.filter((path) => !lockablePaths.includes(path))).toEqual([])
  })
})

/** A policy that remembers which keys of its sections were read. */
function watched(value: Policy, read: Set<string>): Policy {
  return Object.fromEntries(
    Object.entries(value).map(([section, keys]) => [
      section,
      typeof keys !== 'object'
        ? keys
        : new Proxy(keys, {
            get(target, key) {
              if (typeof key === 'string' && Object.hasOwn(target, key)) read.add(`${section}.${key}`)
              return Reflect.get(target, key)
            },
          }),
    ]),
  ) as Policy
}
