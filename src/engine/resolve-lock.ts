import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Digest, Lock, PinnedBase } from '../model/index.ts'
import { certificatesImage, goCompiler, tools } from '../tools/images.ts'
import { lastLines } from './run-tool.ts'

/** The digest that a registry has behind a reference now. Throws `LOCK` where it does not say. */
export async function resolveDigest(reference: string): Promise<Digest> {
  const hint = 'Check the name, and that the engine reaches its registry with the right credentials.'
  let resolved: string
  try {
    resolved = await dag.container().from(reference).imageRef()
  } catch (error) {
    throw new DeliveryError('LOCK', `${reference} cannot be resolved: ${lastLines(String(error), 1)}`, hint, {
      cause: error,
    })
  }
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(resolved)?.[1]
  if (digest === undefined)
    throw new DeliveryError('LOCK', `${reference} was resolved without a digest (${resolved})`, hint)
  return digest
}

/** What is needed to read a Dockerfile before there is a lock: the compiler of Loadline's own programs, resolved now. Throws `LOCK`. */
export async function provisionalLock(platforms: string[], now: Date): Promise<Lock> {
  const bases = [await pinNow(goCompiler, platforms, now)]
  return { schemaVersion: 1, mode: 'connected', tools: {}, bases }
}

async function pinNow(reference: string, platforms: string[], now: Date): Promise<PinnedBase> {
  return { reference, digest: await resolveDigest(reference), platforms, resolvedAt: now.toISOString() }
}

/** Resolves every tool of Loadline, the given bases and the images of services that a run needs, once, to the digests that runs will use from then on. Throws `LOCK`. */
export async function resolveLock(
  images: readonly string[],
  services: readonly string[],
  platforms: string[],
  now: Date,
): Promise<Lock> {
  const references = new Set([
    goCompiler,
    certificatesImage,
    ...services,
    ...images.filter((reference) => reference !== 'scratch'),
  ])
  const [pinnedTools, bases] = await Promise.all([
    Promise.all(
      Object.values(tools).map(async ({ name, version, reference }) => {
        const digest = await resolveDigest(reference)
        return [name, { reference: `${reference}@${digest}`, digest, version }] as const
      }),
    ),
    Promise.all([...references].map((reference) => pinNow(reference, platforms, now))),
  ])
  return {
    schemaVersion: 1,
    mode: 'connected',
    tools: Object.fromEntries(pinnedTools),
    bases: bases.toSorted((left, right) => (left.reference < right.reference ? -1 : 1)),
  }
}
