import { describe, expect, it } from 'vitest'
import { verifyResolved, type ResolvedRequest } from '../../../pipelines/verify.ts'
import { attestationKinds, type AttestationKind, type Digest } from '../../../src/model/index.ts'
import type { Beside, Consumer } from '../../../src/stages/verify/attestation-reader.ts'
import { expected, found, image, stated } from '../attestation/released-image.ts'

const released = found()
const other = `sha256:${'0'.repeat(64)}` as const

/** What a consumer sees beside the released image. */
function beside(kinds: readonly AttestationKind[] = attestationKinds, signatureFault?: string): Beside {
  return {
    signatureFault,
    statements: new Map(kinds.map((kind) => [kind, { said: '', holding: released.kinds[kind]?.holding ?? [] }])),
    unverified: [],
  }
}

/** A consumer who sees the same beside everything, and notes what was asked of it. */
function consumer(sees: Beside): Consumer & { asked: Array<[Digest, readonly AttestationKind[]]> } {
  const asked: Array<[Digest, readonly AttestationKind[]]> = []
  return {
    asked,
    async look(digest, kinds) {
      asked.push([digest, kinds])
      return sees
    },
  }
}

function request(asking: Consumer, seen: ReadonlyMap<Digest, Beside>): ResolvedRequest {
  return {
    reference: `registry.example.com/shop/orders@${image}`,
    identity: { kind: 'key', publicKey: 'PEM', transparencyLog: 'none' },
    expected,
    now: new Date('2026-11-23T01:12:00Z'),
    access: {
      repository: 'registry.example.com/shop/orders',
      tag: undefined,
      digest: image,
      inside: 'registry.example.com/shop/orders',
      knownAs: undefined,
      insecure: false,
      connect: async (container) => container,
    },
    image: { digest: image, index: false, manifests: [{ digest: image, platform: 'linux/amd64' }] },
    asking,
    seen,
  }
}

const outcome = async (asking: Consumer, seen: ReadonlyMap<Digest, Beside>) =>
  (await verifyResolved(request(asking, seen))).verification.outcome

describe('what a consumer has seen beside a digest, where nothing was written since', () => {
  it('is not asked for again', async () => {
    const asking = consumer(beside([], 'no signatures found'))
    expect(await outcome(asking, new Map([[image, beside()]]))).toBe('verified')
    expect(asking.asked).toEqual([])
  })

  it('counts as it was seen: what did not hold is refused', async () => {
    const asking = consumer(beside())
    expect(await outcome(asking, new Map([[image, beside(attestationKinds, 'failed to verify')]]))).toBe('refused')
    const forged = beside()
    const statements = new Map(forged.statements).set('tests', {
      said: '',
      holding: [stated('tests', { result: 'FAILED', failedTests: ['a'] })],
    })
    expect(await outcome(asking, new Map([[image, { ...forged, statements }]]))).toBe('refused')
    expect(asking.asked).toEqual([])
  })

  it('says nothing about another digest [fault 55]', async () => {
    const asking = consumer(beside([], 'no signatures found'))
    expect(await outcome(asking, new Map([[other, beside()]]))).toBe('refused')
    expect(asking.asked).toEqual([[image, attestationKinds]])
  })

  it.each(attestationKinds)('says nothing about %s where that was not looked at', async (kind) => {
    const asking = consumer(beside([], 'no signatures found'))
    const seen = new Map([[image, beside(attestationKinds.filter((one) => one !== kind))]])
    expect(await outcome(asking, seen)).toBe('refused')
    expect(asking.asked).toEqual([[image, attestationKinds]])
  })
})
