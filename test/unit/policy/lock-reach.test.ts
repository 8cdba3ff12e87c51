import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../ci/cli/command-line.ts'
import { rules } from '../../../src/gate/rules.ts'
import { acceptBaseline } from '../../../src/policy/baseline.ts'
import { applyPolicy } from '../../../src/policy/apply.ts'
import { decidePolicy, lockablePaths, Policy } from '../../../src/policy/index.ts'
import { reachOf } from '../../../src/policy/lock-reach.ts'
import { rulesThatAlwaysDeny, rulesWithBaseline, type RuleId } from '../../../src/policy/rule-ids.ts'
import { renderJson } from '../../../src/report/index.ts'
import { rejectedRun } from '../report/runs.ts'

const now = new Date('2026-11-23T12:00:00Z')
const acceptance = 'reason: accepted by nobody, owner: team-x, expires: 2027-01-31'

/** The policy of an application that makes a change under an organisation that holds a lock. */
const attempt = (lock: string, change: string) => () =>
  decidePolicy(
    {
      organisation: {
        path: 'acme.yaml',
        text: `version: 1\nlocked: [${lock}]\nextends: strict\nimage: {class: compiled}`,
      },
      application: { path: 'loadline.yaml', text: `version: 1\n${change}` },
    },
    now,
  )

describe('what an organisation locks', () => {
  const doors: Array<[lock: string, change: string]> = [
    ...['exceptions', 'exceptions.register'].flatMap((lock): Array<[string, string]> => [
      [lock, `exceptions: {register: [{rule: setuid, id: /usr/bin/su, ${acceptance}}]}`],
      [lock, `suppressions: {openvex: [{file: a.vex.json, ${acceptance}}]}`],
      [lock, `suppressions: {trivyignore: [{file: .trivyignore, ${acceptance}}]}`],
      [lock, `suppressions: {hadolint: [{file: .hadolint.yaml, ${acceptance}}]}`],
      [lock, 'baseline: {accept: true}'],
      [lock, 'baseline: {rules: [setuid]}'],
    ]),
    ['exceptions', 'rules: {exceptions: {level: off, reason: they are all in order}}'],
    ['exceptions.unused', 'rules: {exceptions: {level: warn, reason: they are all in order}}'],
    ['vulnerabilities', 'rules: {vulnerabilities: {level: off, reason: there are too many}}'],
    ['vulnerabilities', 'rules: {known-exploited: {level: warn, reason: there are too many}}'],
    ['vulnerabilities.critical', 'rules: {vulnerabilities: {level: warn, reason: there are too many}}'],
    ['vulnerabilities.critical', 'rules: {additional-findings: {level: warn, reason: there are too many}}'],
    ['vulnerabilities.critical', 'rules: {vulnerabilities: {level: deny, effectiveFrom: 2026-12-24}}'],
    [
      'vulnerabilities.critical',
      'rules: {vulnerabilities: {level: deny, owners: {base: warn}, reason: the base is not ours}}',
    ],
    ['vulnerabilities.critical', 'vulnerabilities: {base: {critical: unlimited}}'],
    ['vulnerabilities.high', 'vulnerabilities: {application: {high: 99}}'],
    ['vulnerabilities.critical', 'vulnerabilities: {unfixed: report}'],
    ['vulnerabilities.critical', 'baseline: {accept: true}'],
    ['vulnerabilities.knownExploited', 'vulnerabilities: {knownExploited: {file: empty.json}}'],
    ['vulnerabilities.exploitPrediction', 'vulnerabilities: {exploitPrediction: {maximum: 1}}'],
    ['vulnerabilities.exploitPrediction', 'vulnerabilities: {exploitPrediction: {unscored: report}}'],
    ['vulnerabilities', 'rules: {exploit-prediction: {level: warn, reason: there are too many}}'],
    ['secrets', 'rules: {suspected-secrets: {level: off, reason: they are test keys}}'],
    ['lint.failOn', 'lint: {pragmas: report}'],
    ['lint.failOn', 'lint: {unread: report}'],
    ['lint.buildChecks', 'lint: {pragmas: report}'],
    ['lint.buildChecks', 'rules: {build-checks: {level: warn, reason: not yet set}}'],
    ['lint.failOn', `suppressions: {hadolint: [{file: .hadolint.yaml, ${acceptance}}]}`],
    ['size.unpacked', 'image: {class: interpreted}'],
    ['runtime.required', 'rules: {runtime-run: {level: off, reason: it starts on my machine}}'],
    ['base.digest', 'rules: {base-latest: {level: off, reason: it is always the newest}}'],
    ['inventory', 'rules: {database-coverage: {level: off, reason: it is all known}}'],
    ['rules.setuid', 'baseline: {accept: true}'],
    ['rules', 'baseline: {accept: true}'],
  ]

  it.each(doors)('cannot be changed indirectly: %s by %s [fault 80]', (lock, change) => {
    expect(attempt(lock, change)).toThrow(
      new RegExp(`^loadline\\.yaml:2:\\d+: .*locked by the organisation at acme\\.yaml:2 \\(${lock}\\)`),
    )
  })

  it('is reported once, under the lock that holds it', () => {
    expect(attempt('exceptions, baseline, suppressions', 'baseline: {accept: true}')).toThrow(
      /^loadline\.yaml:2:20: baseline\.accept: locked by the organisation at acme\.yaml:2 \(baseline\): expected false; found true; .*$/,
    )
    expect(attempt('vulnerabilities, vulnerabilities.critical', 'vulnerabilities: {unfixed: report}')).toThrow(
      /^[^\n]*\(vulnerabilities\)[^\n]*$/,
    )
  })

  it('leaves other keys open, and what the organisation itself allows', () => {
    expect(attempt('vulnerabilities', `exceptions: {register: [{rule: setuid, id: /a, ${acceptance}}]}`)).not.toThrow()
    expect(attempt('vulnerabilities.critical', 'vulnerabilities: {low: 3, base: {low: 3}}')).not.toThrow()
    expect(
      attempt('exceptions', 'vulnerabilities: {medium: 3}\nrules: {labels: {level: warn, reason: not yet set}}'),
    ).not.toThrow()
    const theirs = `suppressions: {openvex: [{file: a.vex.json, ${acceptance}}]}`
    const organisation = { path: 'acme.yaml', text: `version: 1\n${theirs}\nlocked: [exceptions]` }
    const decide = (text: string) => decidePolicy({ organisation, application: { path: 'loadline.yaml', text } }, now)
    expect(decide('version: 1').policy.suppressions.openvex).toHaveLength(1)
    expect(decide(`version: 1\n${theirs}`).policy.suppressions.openvex).toHaveLength(1)
    expect(() => decide('version: 1\nsuppressions: {openvex: []}')).toThrow('locked')
  })

  it('covers the rule of each locked number, which cannot be disabled [fault 80]', () => {
    const settings = rules
      .filter(({ id }) => !(rulesThatAlwaysDeny as readonly RuleId[]).includes(id as 'evidence'))
      .flatMap((rule) => (rule.settings ?? []).map((path) => ({ id: rule.id, path })))
    expect(settings.length).toBeGreaterThan(30)
    const open = settings.filter(({ id, path }) => {
      const section = path.split('.')[0] ?? ''
      return ![path, section].every((lock) => reachOf(lock).includes(`rules.${id}`))
    })
    expect(open).toEqual([])
    for (const path of lockablePaths.filter((one) => one !== 'extends'))
      for (const held of reachOf(path).filter((one) => one !== path && one.startsWith('rules.')))
        expect(reachOf(path).includes('baseline') || !rulesWithBaseline.includes(held.slice(6) as RuleId)).toBe(true)
  })
})

/**
 * Everything other than the evidence that influences a verdict. A new section of the policy or option of the command line must be added here,
 * with how a lock holds it.
 */
describe('what influences a verdict', () => {
  const byLock = 'a lock on it'
  const sections: Record<string, string> = {
    version: 'has one value',
    audit: 'no part of a verdict: loadline audit leaves these files out, and a lock on it holds',
    ...Object.fromEntries(
      'image build lint vulnerabilities secrets licenses structure size runtime configuration base database signing inventory release rules baseline exceptions suppressions'
        .split(' ')
        .map((section) => [section, byLock]),
    ),
  }
  const options: Record<string, string> = {
    ...Object.fromEntries(['policy', 'organisation'].map((name) => [name, 'policy files: the locks are between them'])),
    ...Object.fromEntries(
      ['platform', 'build-arg', 'file', 'target'].map((name) => [name, 'held to locks, applyPolicy']),
    ),
    baseline: 'baseline.accept, and exceptions, which reaches it',
    'baseline-release': 'baseline.accept and baseline.signer, and exceptions, which reaches both',
    'vulnerability-database': 'database.accept',
    'known-exploited': 'adds what denies; vulnerabilities.knownExploited says whether a list must be there',
    'exploit-prediction': 'adds what denies; vulnerabilities.exploitPrediction says whether a list must be there',
    'additional-sarif': 'adds what denies, and takes nothing away',
    image: 'judged by the same policy',
    tools: 'whoever calls says it, and never the application; tool-pins judges what it comes to',
    lock: 'bases only; base.digest and base.allow judge them',
    ...Object.fromEntries(
      'publish tag version consumer immutable-tags key key-password keyless identity-token certificate-identity certificate-oidc-issuer signing-config trusted-root registry-config registry-ca label'
        .split(' ')
        .map((name) => [name, 'after the verdict, or beside it; signing and release judge it']),
    ),
    ...Object.fromEntries(
      'build-secret ssh cache-scope engine output parallel json quiet verbose progress'
        .split(' ')
        .map((name) => [name, 'no part of a verdict']),
    ),
  }

  it('is listed here for the whole policy and command line [fault 80]', async () => {
    expect(Object.keys(Policy.shape).toSorted()).toEqual(Object.keys(sections).toSorted())
    for (const section of Object.keys(sections).filter((name) => name !== 'version'))
      expect(lockablePaths).toContain(section)
    const command = (await commandLine()).commands.find((one) => one.name() === 'build-and-scan')
    expect((command?.options ?? []).map(({ long }) => long?.slice(2)).toSorted()).toEqual(
      Object.keys(options).toSorted(),
    )
  })

  it('does not include a baseline if exceptions are locked and the organisation accepts none [fault 80]', () => {
    const { policy } = applyPolicy(
      {
        organisation: { path: 'acme.yaml', text: 'version: 1\nlocked: [exceptions]' },
        application: { path: 'loadline.yaml', text: 'version: 1' },
      },
      {},
      now,
    )
    const run = rejectedRun()
    const baseline = { path: 'verdict.json', text: renderJson(run) }
    expect(() => acceptBaseline(baseline, run.subject.name, policy, new Date(run.verdict?.binding.at ?? ''))).toThrow(
      'the policy accepts none',
    )
  })
})
