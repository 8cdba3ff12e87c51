import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { digestOf } from '../../../src/model/index.ts'
import {
  changedLocks,
  decidePolicy,
  defaultPolicy,
  lockablePaths,
  loadPolicy,
  policyDigest,
  strictPolicy,
  type DecidedPolicy,
} from '../../../src/policy/index.ts'

const now = new Date('2026-11-23T12:00:00Z')

function decide(organisation: string | undefined, application?: string): DecidedPolicy {
  return decidePolicy(
    {
      organisation: organisation === undefined ? undefined : { path: 'acme.yaml', text: organisation },
      application: application === undefined ? undefined : { path: 'loadline.yaml', text: application },
    },
    now,
  )
}

function problems(organisation: string, application?: string): string[] {
  try {
    decide(organisation, application)
  } catch (error) {
    if (error instanceof DeliveryError && error.code === 'POLICY') return error.message.split('\n')
    throw error
  }
  throw new Error('the policy was accepted')
}

describe('a policy without an organisation', () => {
  it('is the default if there is no file, and says so', () => {
    expect(decide(undefined)).toEqual({
      policy: defaultPolicy,
      locked: [],
      layers: [{ role: 'shipped', name: 'default', digest: policyDigest(defaultPolicy) }],
    })
  })

  it('is what the loader reads', () => {
    const text = 'version: 1\nextends: strict\nvulnerabilities: {medium: 5}'
    expect(decide(undefined, text).policy).toEqual(loadPolicy(text, 'loadline.yaml', now))
    expect(decide(undefined, text).layers).toEqual([
      { role: 'shipped', name: 'strict', digest: policyDigest(strictPolicy) },
      { role: 'application', name: 'loadline.yaml', digest: digestOf(text) },
    ])
  })

  it('locks nothing', () => {
    expect(() => decide(undefined, 'version: 1\nlocked: [secrets]')).toThrow(
      "loadline.yaml:2:1: locked: unknown key here; only an organisation's file locks keys (--organisation)",
    )
  })
})

describe('the file of an organisation', () => {
  it('comes between the shipped policy and the application', () => {
    const { policy, layers } = decide(
      'version: 1\nvulnerabilities: {medium: 3, low: 9}\nrules: {user: {level: warn, reason: old images remain}}',
      'version: 1\nvulnerabilities: {medium: 5}\nrules: {labels: {level: warn, reason: not yet labelled}}',
    )
    expect(policy.vulnerabilities).toEqual({ ...defaultPolicy.vulnerabilities, medium: 5, low: 9 })
    expect(Object.keys(policy.rules)).toEqual(['user', 'labels'])
    expect(layers.map(({ role, name }) => `${role} ${name}`)).toEqual([
      'shipped default',
      'organisation acme.yaml',
      'application loadline.yaml',
    ])
  })

  it('applies alone if the application has no file', () => {
    expect(decide('version: 1\nextends: strict').policy).toEqual(strictPolicy)
  })

  it('chooses the shipped policy unless the application does', () => {
    expect(decide('version: 1\nextends: strict', 'version: 1').policy).toEqual(strictPolicy)
    expect(decide('version: 1\nextends: strict', 'version: 1\nextends: default').policy).toEqual(defaultPolicy)
  })

  it('limits the exceptions of the application', () => {
    const register =
      'exceptions: {register: [{rule: setuid, id: /usr/bin/su, reason: needed by the agent, owner: team-x, expires: 2027-01-31}]}'
    expect(problems('version: 1\nexceptions: {maximumDays: 30}', `version: 1\n${register}`)[0]).toContain(
      'at most 30 days from today',
    )
  })

  it('is named in its own errors, and the application in its own', () => {
    expect(problems('version: 1\nlint: {failOn: never}', 'version: 1\nlint: {failOn: also}')[0]).toMatch(
      /^acme\.yaml:2:16: lint\.failOn: /,
    )
    expect(problems('version: 1', 'version: 1\nlint: {failOn: also}')[0]).toMatch(
      /^loadline\.yaml:2:16: lint\.failOn: /,
    )
  })

  it.each([
    [
      'locked: [vulnerabilites]',
      'acme.yaml:2:10: locked[0]: expected the path of a key, e.g. vulnerabilities.critical, rules.secrets or exceptions; found the text "vulnerabilites"; did you mean "vulnerabilities"?',
    ],
    [
      'locked: [rules.secret]',
      'acme.yaml:2:10: locked[0]: expected the path of a key, e.g. vulnerabilities.critical, rules.secrets or exceptions; found the text "rules.secret"; did you mean "rules.secrets"?',
    ],
    [
      'locked: [version]',
      'acme.yaml:2:10: locked[0]: expected the path of a key, e.g. vulnerabilities.critical, rules.secrets or exceptions; found the text "version"',
    ],
    ['locked: []', 'acme.yaml:2:9: locked: expected at least one path, or no such key; found an empty list'],
  ])('cannot lock what does not exist: %s', (line, message) => {
    expect(problems(`version: 1\n${line}`)).toEqual([message])
  })
})

describe('a locked key', () => {
  it.each([
    [
      'vulnerabilities.critical',
      'vulnerabilities: {critical: 5}',
      'loadline.yaml:2:29: vulnerabilities.critical: locked by the organisation at acme.yaml:2 (vulnerabilities.critical): expected 0; found 5; remove the key, or ask the owner of that file',
    ],
    [
      'vulnerabilities',
      'vulnerabilities: {critical: 5}',
      'loadline.yaml:2:29: vulnerabilities.critical: locked by the organisation at acme.yaml:2 (vulnerabilities): expected 0; found 5; remove the key, or ask the owner of that file',
    ],
    [
      'rules.secrets',
      'rules: {secrets: {level: off, reason: they are only test keys}}',
      'loadline.yaml:2:18: rules.secrets: locked by the organisation at acme.yaml:2 (rules.secrets): expected nothing; found {"level":"off","reason":"they are only test keys"}; remove the key, or ask the owner of that file',
    ],
    [
      'base',
      'base: {allow: [docker.io/*]}',
      'loadline.yaml:2:15: base.allow: locked by the organisation at acme.yaml:2 (base): expected ["docker.io/library/*","gcr.io/distroless/*","cgr.dev/chainguard/*"]; found ["docker.io/*"]; remove the key, or ask the owner of that file',
    ],
    [
      'extends',
      'extends: advisory',
      'loadline.yaml:2:10: extends: locked by the organisation at acme.yaml:2 (extends): expected "default"; found "advisory"; remove the key, or ask the owner of that file',
    ],
    // Weakened by a different policy, without naming the key.
    [
      'rules.user',
      'extends: advisory',
      /^loadline\.yaml:2:10: extends: locked by the organisation at acme\.yaml:2 \(rules\.user\): expected rules\.user to be nothing; found \{"level":"warn"/,
    ],
    [
      'exceptions.register',
      'exceptions: {register: [{rule: setuid, id: /usr/bin/su, reason: needed by the agent, owner: team-x, expires: 2027-01-31}]}',
      /^loadline\.yaml:2:24: exceptions\.register: locked/,
    ],
  ])('%s cannot be changed by %j', (lock, change, message) => {
    const found = problems(`version: 1\nlocked: [${lock}]`, `version: 1\n${change}`)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
  })

  it.each([
    [53, 'x'.repeat(53) + '"}'],
    [54, `${'x'.repeat(52)}...`],
  ])('has its other value repeated up to 80 characters: a reason of %i', (length, end) => {
    const rules = `rules: {secrets: {level: off, reason: ${'x'.repeat(length)}}}`
    expect(problems('version: 1\nlocked: [rules.secrets]', `version: 1\n${rules}`)[0]).toContain(
      `expected nothing; found {"level":"off","reason":"${end}; remove the key`,
    )
  })

  it.each([
    ['nothing', '', []],
    [
      'a path twice',
      'locked: [rules.user, rules.user]',
      ['rules.user by rules.user at 2', 'baseline by rules.user at 2'],
    ],
    [
      'a path by its own name too, which then comes first',
      'locked:\n- lint.failOn\n- lint.pragmas',
      [
        'lint.failOn by lint.failOn at 3',
        'lint.pragmas by lint.pragmas at 4',
        'rules.lint-level by lint.failOn at 3',
        'lint.pragmas by lint.failOn at 3',
        'lint.unread by lint.failOn at 3',
        'suppressions.hadolint by lint.failOn at 3',
        'baseline by lint.failOn at 3',
        'rules.lint-pragmas by lint.pragmas at 4',
        'baseline by lint.pragmas at 4',
      ],
    ],
  ])('is %s', (_what, lines, expected) => {
    const { locked } = decide(`version: 1\n${lines}`)
    expect(locked.map(({ path, lock, by }) => `${path} by ${lock} at ${by.replace('acme.yaml:', '')}`)).toEqual(
      expected,
    )
  })

  it('may be the shipped policy, which an application need not repeat and no option of a call changes', () => {
    const { policy, locked } = decide('version: 1\nextends: strict\nlocked: [extends]', 'version: 1')
    expect(policy).toEqual(strictPolicy)
    expect(changedLocks(locked, defaultPolicy)).toEqual([])
  })

  it('may be repeated with the same value, and all other keys may be set', () => {
    const { policy } = decide(
      'version: 1\nlocked: [vulnerabilities.critical, secrets]\n',
      'version: 1\nvulnerabilities: {critical: 0, high: 2}',
    )
    expect(policy.vulnerabilities).toMatchObject({ critical: 0, high: 2 })
  })

  it('covers every key of its section', () => {
    expect(decide(`version: 1\nlocked: [${lockablePaths.join(', ')}]`, 'version: 1\nextends: default').policy).toEqual(
      defaultPolicy,
    )
  })

  it('holds for the options of a call too', () => {
    const { policy, locked } = decide(
      'version: 1\nlocked: [build.platforms]\nbuild: {platforms: [linux/amd64]}',
      'version: 1',
    )
    expect(changedLocks(locked, policy)).toEqual([])
    expect(changedLocks(locked, { ...policy, build: { ...policy.build, platforms: ['linux/arm64'] } })).toEqual([
      'build.platforms is locked at acme.yaml:2 (build.platforms): expected ["linux/amd64"]; found ["linux/arm64"]',
    ])
  })
})
