import type { Lock } from '../model/index.ts'

/**
 * An image by digest, ready to start from: what the lock file pins for a reference, or on a sealed network its
 * substitute. Undefined if nothing is pinned.
 */
export function pinnedImage(reference: string, { bases }: Lock): string | undefined {
  const pinned = bases.find((base) => base.reference === reference)
  return pinned === undefined ? undefined : `${pinned.substitute ?? pinned.reference}@${pinned.digest}`
}
