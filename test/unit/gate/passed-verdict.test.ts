import { describe, expect, expectTypeOf, it } from 'vitest'
import type { release, ReleaseRequest } from '../../../pipelines/release.ts'
import { evaluate, isPassedVerdict, type PassedVerdict } from '../../../src/gate/evaluate.ts'
import type { Verdict } from '../../../src/model/index.ts'
import type { BuiltArchive } from '../../../src/stages/build/build.ts'
import { goodEvidence, now, policy, policyWith, withConfiguration } from './good-evidence.ts'

const hours = (count: number) => new Date(now.getTime() + count * 3_600_000)

function passed(): PassedVerdict {
  const judged = evaluate(policy, goodEvidence(), now)
  if (judged.passed === undefined) throw new Error('good evidence passes')
  return judged.passed
}

describe('a passed verdict', () => {
  it('is the only thing that the type checker lets be released', () => {
    expectTypeOf<Parameters<typeof release>[0]>().toEqualTypeOf<PassedVerdict>()
    expectTypeOf<Verdict>().not.toExtend<PassedVerdict>()
    expectTypeOf<{ verdict: Verdict; mustCover: () => void; mustHold: () => void }>().not.toExtend<PassedVerdict>()
    expectTypeOf<PassedVerdict | undefined>().not.toExtend<PassedVerdict>()

    // Never called: these lines must not compile.
    const attempts = (
      publish: typeof release,
      archives: BuiltArchive[],
      request: ReleaseRequest,
      rejected: Verdict,
      judged: ReturnType<typeof evaluate>,
    ) => [
      // @ts-expect-error a verdict is not a passed verdict, whatever its outcome
      () => publish(rejected, archives, request),
      // @ts-expect-error a judgement may have no passed verdict
      () => publish(judged.passed, archives, request),
      // @ts-expect-error an object of the same shape was not made by the gate
      () => publish({ verdict: rejected, mustCover: () => undefined, mustHold: () => undefined }, archives, request),
      () => (judged.passed === undefined ? undefined : publish(judged.passed, archives, request)),
    ]
    expect(attempts).toBeTypeOf('function')
  })

  it('does not exist if the gate denies', () => {
    const { verdict, passed: none } = evaluate(policy, withConfiguration({ user: 'root' }), now)
    expect([verdict.outcome, none, isPassedVerdict({ verdict: { ...verdict, outcome: 'passed' } })]).toEqual([
      'rejected',
      undefined,
      false,
    ])
  })

  it('is valid for a day, under its own policy', () => {
    expect(() => passed().mustHold(policy, now)).not.toThrow()
    expect(() => passed().mustHold(policy, hours(24))).not.toThrow()
    expect(() => passed().mustHold(policy, hours(24.01))).toThrow('expected a verdict not older than 24 hours')
    expect(() => passed().mustHold(policy, hours(-1))).toThrow('expected a verdict not older than 24 hours')
    expect(() => passed().mustHold(policy, new Date(Number.NaN))).toThrow()
    expect(() => passed().mustHold(policyWith({ vulnerabilities: { critical: 1 } }), now)).toThrow(
      'expected a verdict under the policy',
    )
  })

  it('is no longer valid once its database has become too old', () => {
    const short = policyWith({ database: { maximumAge: '12h' } })
    const judged = evaluate(short, goodEvidence(), now).passed
    expect(() => judged?.mustHold(short, hours(5))).not.toThrow()
    expect(() => judged?.mustHold(short, hours(7))).toThrow('now older than 12h')
  })
})
