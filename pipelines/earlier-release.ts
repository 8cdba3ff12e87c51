import { isDeepStrictEqual } from 'node:util'
import { kindsOf } from '../src/attestation/check-image.ts'
import { begun } from '../src/engine/begun.ts'
import { registryAccess, type Target } from '../src/engine/registry-access.ts'
import { resolveImage } from '../src/engine/resolve-image.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { attestationKinds, type Digest, type Lock } from '../src/model/index.ts'
import type { Policy } from '../src/policy/index.ts'
import { expectedIdentity } from '../src/stages/sign/sign.ts'
import { planSigning, type Signer } from '../src/stages/sign/signer.ts'
import { consumer, type Beside } from '../src/stages/verify/attestation-reader.ts'
import type { Identity } from '../src/tools/cosign/identity.ts'

/**
 * What a repository already has of images that are built again. It is asked as soon as an image's digest is known, while
 * evidence is collected: by then, nothing of this run has been written. Whatever cannot be found out counts as not there,
 * and is then asked again by the release.
 */
export interface EarlierRelease {
  /** Whether the repository has an image. */
  has(digest: Digest): Promise<boolean>
  /** Starts to read what is attached to an image, if the repository has it, for the signer that a policy allows. */
  begin(digest: Digest, policy: Policy): void
  /** What a consumer that expects this signer found attached; undefined if nothing was found out for that signer. */
  beside(digest: Digest, identity: Identity): Promise<Beside | undefined>
}

interface Look {
  identity: Identity
  beside: Beside
}

/** What a target's repository already has. Without a signer, nothing is attached. */
export function earlierRelease({ target, signer }: { target: Target; signer?: Signer }, lock: Lock): EarlierRelease {
  const known = new Map<Digest, Promise<true | undefined>>()
  const looks = new Map<Digest, Promise<Look | undefined>>()
  const isThere = (digest: Digest) => {
    const asked = known.get(digest) ?? begun(unlessRefused(() => find(target, digest, lock)))
    known.set(digest, asked)
    return asked
  }
  return {
    has: async (digest) => (await isThere(digest)) === true,
    begin(digest, { signing }) {
      if (signer === undefined || looks.has(digest)) return
      const look = async () => {
        const plan = planSigning(signer, signing)
        if ((await isThere(digest)) === undefined) return undefined
        const identity = await expectedIdentity(plan, lock)
        const asking = await consumer(await registryAccess(target, lock), identity, lock, plan.formats[0])
        return { identity, beside: await asking.look(digest, kindsOf({ index: false }, { kinds: attestationKinds })) }
      }
      looks.set(digest, begun(unlessRefused(look)))
    },
    async beside(digest, identity) {
      const look = await looks.get(digest)
      return look !== undefined && isDeepStrictEqual(look.identity, identity) ? look.beside : undefined
    },
  }
}

async function find(target: Target, digest: Digest, lock: Lock): Promise<true> {
  await resolveImage({ ...(await registryAccess(target, lock)), digest }, lock)
  return true
}

/** The release, if there is one, meets the same refusal and reports it. */
async function unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DeliveryError) return undefined
    throw error
  }
}
