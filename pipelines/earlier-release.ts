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
 * evidence is collected: by then, nothing of this run has been written. What cannot be found out counts as not there; the
 * release then asks itself.
 */
export interface EarlierRelease {
  /** Whether the repository has an image. */
  has(digest: Digest): Promise<boolean>
  /** Starts to read what is attached to an image, if the repository has it, for the signer that a policy allows. */
  begin(digest: Digest, policy: Policy): void
  /** What a consumer that expects this signer found attached within the last minute; undefined if nothing was found out for that signer. */
  beside(digest: Digest, identity: Identity): Promise<Beside | undefined>
}

/** Seconds after which what was attached is read again: evidence may take long, and a registry may have been cleaned since. */
const mostSeconds = 60

interface Look {
  identity: Identity
  beside: Beside
  /** By the clock of this process, in milliseconds. */
  at: number
}

/** What a target's repository already has. Without a signer, nothing is attached. */
export function earlierRelease({ target, signer }: { target: Target; signer?: Signer }, lock: Lock): EarlierRelease {
  const known = new Map<Digest, Promise<boolean>>()
  const looks = new Map<Digest, Promise<Look | undefined>>()
  const isThere = (digest: Digest) => {
    const asked = known.get(digest) ?? begun(find(target, digest, lock))
    known.set(digest, asked)
    return asked
  }
  return {
    has: isThere,
    begin(digest, { signing }) {
      if (signer === undefined || looks.has(digest)) return
      const look = async () => {
        const plan = planSigning(signer, signing)
        if (!(await isThere(digest))) return undefined
        const identity = await expectedIdentity(plan, lock)
        const asking = await consumer(await registryAccess(target, lock), identity, lock, plan.formats[0])
        const at = performance.now()
        const beside = await asking.look(digest, kindsOf({ index: false }, { kinds: attestationKinds }))
        return { identity, beside, at }
      }
      // Whatever goes wrong, the release asks again, and reports it.
      looks.set(
        digest,
        look().catch(() => undefined),
      )
    },
    async beside(digest, identity) {
      const look = await looks.get(digest)
      const isYoung = look !== undefined && performance.now() - look.at < mostSeconds * 1000
      return isYoung && isDeepStrictEqual(look.identity, identity) ? look.beside : undefined
    },
  }
}

/** A registry that cannot be asked may have nothing. */
async function find(target: Target, digest: Digest, lock: Lock): Promise<boolean> {
  try {
    await resolveImage({ ...(await registryAccess(target, lock)), digest }, lock)
    return true
  } catch (error) {
    if (error instanceof DeliveryError) return false
    throw error
  }
}
