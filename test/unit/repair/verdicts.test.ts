import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import type { Evidence } from '../../../src/model/index.ts'
import { loadPolicy } from '../../../src/policy/index.ts'
import { isBetter, isSmaller, openExceptions, worse } from '../../../src/repair/index.ts'
import {
  evidenceWith,
  failedRun,
  goodEvidence,
  now,
  policy,
  valueOf,
  vulnerability,
  withConfiguration,
  withRun,
  withVulnerabilities,
} from '../gate/good-evidence.ts'

const results = (evidence: Evidence) => evaluate(policy, evidence, now).verdict.results

describe('a verdict', () => {
  const good = results(goodEvidence())
  it('is worse where a rule says no that said yes', () => {
    expect(worse(good, results(withConfiguration({ user: '' })))).toEqual(['user'])
    expect(worse(good, good)).toEqual([])
  })
  it('is not worse for findings that could not be seen before the image was started', () => {
    const refused = results(withRun(failedRun('refused')))
    const started = results(withRun(failedRun('not-ready')))
    expect(worse(refused, started)).toEqual([])
  })
  it('is better where a rule says yes that said no, or holds less against the image', () => {
    const two = results(withConfiguration({ packageManagers: ['/usr/bin/apt-get', '/usr/bin/dpkg'] }))
    const one = results(withConfiguration({ packageManagers: ['/usr/bin/dpkg'] }))
    expect([isBetter(two, one), isBetter(one, good), isBetter(one, two), isBetter(good, good)]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('an image that is too large', () => {
  const run = (unpacked: number) => {
    const evidence = evidenceWith((good) => Object.assign(valueOf(good, 'size'), { unpacked }))
    return { evidence, verdict: evaluate(policy, evidence, now).verdict }
  }
  it.each([
    ['may become smaller and still be too large', 480, 230, true],
    ['is not smaller by what two builds differ', 480, 475, false],
    ['is not smaller where it grows', 230, 480, false],
    ['is the only one that is asked for less', 90, 20, false],
  ])('%s', (_, before, after, expected) => {
    expect(isSmaller(run(before * 1e6), run(after * 1e6))).toBe(expected)
  })
})

describe('exceptions for what is left', () => {
  const rejected = withVulnerabilities({ findings: [vulnerability()] })
  valueOf(rejected, 'configuration').setuid = [{ path: '/usr/bin/su', mode: '4755', bytes: 1 }]
  const text = openExceptions(results(rejected), policy, 'version: 1 # ours\n', now) ?? ''

  it('stand behind what the policy says, as it is written', () => {
    expect(text).toMatch(/^version: 1 # ours\n# What "loadline repair" could not fix\./)
    expect(text).toContain('rule: setuid\n      id: /usr/bin/su')
    expect(text).toContain('package: pkg:deb/debian/libc6@2.36')
  })
  it('let nothing pass until a person has filled them in', () => {
    expect(() => loadPolicy(text, 'loadline.yaml', now)).toThrow(/reason/)
    const filled = text.replaceAll('reason: ""', 'reason: nobody logs in there').replaceAll('owner: ""', 'owner: shop')
    expect(evaluate(loadPolicy(filled, 'loadline.yaml', now), rejected, now).verdict.outcome).toBe('passed')
  })
  it('are not written if nothing is left, or if a person already keeps some', () => {
    expect(openExceptions(results(goodEvidence()), policy, undefined, now)).toBeUndefined()
    expect(openExceptions(results(rejected), policy, 'version: 1\nexceptions:\n  unused: warn\n', now)).toBeUndefined()
    expect(openExceptions(results(rejected), policy, undefined, now)).toMatch(/^version: 1\n/)
  })
  it('are not put behind a policy in flow form, which could not be read then', () => {
    expect(openExceptions(results(rejected), policy, '{"version": 1}\n', now)).toBeUndefined()
  })
})
