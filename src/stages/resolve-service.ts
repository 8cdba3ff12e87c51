import type { Lock } from '../model/index.ts'

/** The image that a service is started from, by digest: what the lock file pins, or on a sealed network what stands in for it. Undefined where it pins none. */
export function serviceImage(reference: string, { bases }: Lock): string | undefined {
  const pinned = bases.find((base) => base.reference === reference)
  return pinned === undefined ? undefined : `${pinned.substitute ?? pinned.reference}@${pinned.digest}`
}
