import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { BaseLock, Digest, PinnedBase } from '../model/index.ts'
import { pullError } from './pull-fault.ts'

/** A reference's current digest in its registry. Throws `LOCK` if it cannot be resolved. */
export async function resolveDigest(reference: string): Promise<Digest> {
  let resolved: string
  try {
    resolved = await dag.container().from(reference).imageRef()
  } catch (error) {
    throw pullError('LOCK', `failed to resolve ${reference}`, error, {
      missing: 'Check the name and the tag: the registry answers, but does not have it.',
    })
  }
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(resolved)?.[1]
  if (digest === undefined)
    throw new DeliveryError(
      'LOCK',
      `${reference} was resolved without a digest (${resolved})`,
      'Report this as a bug in Loadline.',
    )
  return digest
}

/** A lock file, and what could not be resolved for it. */
export interface ResolvedLock {
  lock: BaseLock
  /** A reference that could not be resolved: an earlier lock file's pin for it is kept. */
  missed: Array<{ reference: string; error: DeliveryError; kept: boolean }>
}

/** Resolves references, each once, to the digests that runs will use from then on. A failure does not hold back the others. */
export async function resolveLock(
  references: readonly string[],
  platforms: string[],
  earlier: BaseLock | undefined,
  now: Date,
): Promise<ResolvedLock> {
  const wanted = [...new Set(references)].filter((reference) => reference !== 'scratch').toSorted()
  const results = await Promise.all(
    wanted.map(async (reference): Promise<PinnedBase | { reference: string; error: DeliveryError }> => {
      try {
        return { reference, digest: await resolveDigest(reference), platforms, resolvedAt: now.toISOString() }
      } catch (error) {
        if (error instanceof DeliveryError) return { reference, error }
        throw error
      }
    }),
  )
  const before = (reference: string) => earlier?.bases.find((base) => base.reference === reference)
  return {
    lock: {
      schemaVersion: 2,
      bases: results.flatMap((result) => ('error' in result ? (before(result.reference) ?? []) : result)),
    },
    missed: results.flatMap((result) =>
      'error' in result ? [{ ...result, kept: before(result.reference) !== undefined }] : [],
    ),
  }
}
