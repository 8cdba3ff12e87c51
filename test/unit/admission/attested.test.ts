import { describe, expect, it } from 'vitest'
import { demandsOf, type Condition } from '../../../src/admission/demands.ts'
import { attestationKinds, type AttestationKind } from '../../../src/model/index.ts'
import { facts, found, policy } from '../attestation/released-image.ts'

describe('what a release attests today', () => {
  it('says all that the policies demand of it', () => {
    const demands = demandsOf({
      name: 'orders',
      image: 'registry.example.com/shop/orders',
      identity: { kind: 'key', publicKey: '', transparencyLog: 'none' },
      format: 'bundle',
      index: false,
      kinds: attestationKinds,
      policy,
      source: 'https://git.example.com/shop/orders',
      maximumAge: 86_400_000,
    })
    const { kinds } = found()
    const against = demands
      .filter(({ kind }) => kind !== 'signature')
      .flatMap(({ kind, predicateType, conditions }) => {
        const predicate = kinds[kind as AttestationKind]?.holding[0]?.statement.predicate
        if (predicate === undefined) return [`no ${predicateType}`]
        return conditions.filter((condition) => !holds(predicate, condition)).map(({ wanted }) => wanted)
      })
    expect(against).toEqual([])
  })
})

const finished = facts.build.finishedAt.getTime()

/** A condition as both controllers ask it. */
function holds(predicate: unknown, condition: Condition): boolean {
  const at = (path: readonly string[]) =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], predicate)
  if ('list' in condition) {
    const entries = at(condition.list) as Array<Record<string, string>>
    return entries.some(
      (entry) => entry['name'] === condition.named && entry[condition.member]?.startsWith(condition.startsWith),
    )
  }
  const value = at(condition.field)
  if ('equals' in condition) return value === condition.equals
  if ('differs' in condition) return typeof value === 'string' && value !== condition.differs
  if ('startsWith' in condition) return typeof value === 'string' && value.startsWith(condition.startsWith)
  return typeof value === 'string' && finished - Date.parse(value) <= condition.within
}
