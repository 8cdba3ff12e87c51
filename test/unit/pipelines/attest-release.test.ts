import { expect, it } from 'vitest'
import { attestRelease, type AttestRequest } from '../../../pipelines/attest-release.ts'
import { attestationKinds, type AttestationKind } from '../../../src/model/index.ts'
import type { Published } from '../../../src/stages/publish/publish.ts'
import type { Beside } from '../../../src/stages/verify/attestation-reader.ts'
import { facts, found, image, policy, verdict } from '../attestation/released-image.ts'

const published = { digest: image, access: { repository: 'registry.example.com/shop/orders' } } as Published

/** Everything that the release of this image says, as a consumer has found it. */
function beside(signatureFault?: string, without?: AttestationKind): Beside {
  const { kinds } = found()
  const statements = attestationKinds.flatMap((kind) => {
    const stated = kinds[kind]
    return stated === undefined || kind === without ? [] : [[kind, stated] as const]
  })
  return { signatureFault, statements: new Map(statements), unverified: [] }
}

/** No session is open here: whoever wanted to write would fail, and say so. */
const attested = (before: Beside, turn = () => Promise.resolve()) =>
  attestRelease(published, {
    passed: { verdict },
    archives: [{ archive: { digest: image, platform: 'linux/amd64' } }],
    facts,
    policy: { origin: 'file', path: 'loadline.yaml', digest: policy },
    before: () => Promise.resolve(before),
    turn,
    plan: { formats: ['bundle'] },
  } as unknown as AttestRequest)

it('a release of which everything was said before writes nothing, and what was seen of it counts', async () => {
  const before = beside()
  const { attestations, unchanged } = await attested(before)
  expect(attestations).toHaveLength(6)
  expect(unchanged).toEqual(new Map([[image, before]]))
})

it('nothing is attached to an image while it is not its turn', async () => {
  const refused = new Error('another writer was refused')
  await expect(attested(beside(), () => Promise.reject(refused))).rejects.toBe(refused)
})

it.each(['tests', 'verdict'] as const)('a release whose %s is gone is attested again', async (kind) => {
  await expect(attested(beside(undefined, kind))).rejects.toThrow(TypeError)
})
