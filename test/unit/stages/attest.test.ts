import { expect, it } from 'vitest'
import { imageClaims } from '../../../src/attestation/index.ts'
import type { AttestationKind } from '../../../src/model/index.ts'
import { attest, type Attesting } from '../../../src/stages/attest.ts'
import { facts, image, stated, verdict } from '../attestation/released-image.ts'

/** No session is open here: whoever wanted to write would fail, and say so. */
const nobody = {} as Attesting
const claims = imageClaims(image, verdict, facts)
const holding = new Map<AttestationKind, { holding: ReturnType<typeof stated>[]; said: string }>(
  claims.map(({ kind, predicate }) => [kind, { holding: [stated(kind, predicate)], said: '' }]),
)

it('what the signer has said before is not said again, and the statements are those that are there', async () => {
  const { statements, isNew } = await attest(image, claims, { statements: holding }, nobody)
  expect(isNew).toBe(false)
  expect(statements).toEqual(claims.map(({ kind, predicate }) => stated(kind, predicate)))
})

it.each([
  ['was seen and does not hold', (tests: object) => ({ ...tests, holding: [] })],
  [
    'says something else',
    () => ({ holding: [stated('tests', { result: 'PASSED', passedTests: ['of long ago'] })], said: '' }),
  ],
  ['was not asked for', () => undefined],
] as const)('an attestation that %s is written', async (_, change) => {
  const changed = new Map(holding)
  const tests = change(holding.get('tests') ?? {})
  if (tests === undefined) changed.delete('tests')
  else changed.set('tests', tests as { holding: ReturnType<typeof stated>[]; said: string })
  await expect(attest(image, claims, { statements: changed }, nobody)).rejects.toThrow(TypeError)
})
