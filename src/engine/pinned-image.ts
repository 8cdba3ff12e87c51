import { DeliveryError } from '../model/errors.ts'
import { offeredBases, type Lock } from '../model/index.ts'

/**
 * An image by digest, ready to start from: what the lock file pins for a reference, or on a sealed network its
 * substitute. Undefined if nothing is pinned.
 */
export function pinnedImage(reference: string, { bases }: Lock): string | undefined {
  const pinned = bases.find((base) => base.reference === reference)
  return pinned === undefined ? undefined : `${pinned.substitute ?? pinned.reference}@${pinned.digest}`
}

/**
 * Why a sealed network does not have an image. `where` precedes the sentence (`Dockerfile line 3: `), and `role`
 * follows the reference (`, the image of the service db`).
 */
export function noSubstitute(reference: string, lock: Lock, { where = '', role = '' } = {}): DeliveryError {
  return lock.offers?.includes(reference)
    ? new DeliveryError(
        'LOCK',
        `${where}this sealed network has not made its substitute for ${reference}${role} yet`,
        'Run "loadline build-and-scan" on this source without the address of an engine, which makes it, and then the same command again.',
      )
    : new DeliveryError(
        'LOCK',
        `${where}this sealed network has no substitute for ${reference}${role}`,
        `Use one that it has (${offeredBases(lock).join(', ')}), or run on a network that reaches the registry.`,
      )
}
