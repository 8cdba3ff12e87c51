import type { Lock } from '../model/index.ts'

/** An image by digest, as it can be started from: what the lock file pins for a reference, or on a sealed network what stands in for it. Undefined where it pins none. */
export function pinnedImage(reference: string, { bases }: Lock): string | undefined {
  const pinned = bases.find((base) => base.reference === reference)
  return pinned === undefined ? undefined : `${pinned.substitute ?? pinned.reference}@${pinned.digest}`
}
