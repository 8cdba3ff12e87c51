import { DeliveryError } from '../../model/errors.ts'
import type { Base, Lock } from '../../model/index.ts'
import { replaceReferences, type ExternalImage } from '../../formats/dockerfile/dockerfile.ts'
import { resolveDigest } from '../../engine/resolve-lock.ts'

type BaseImage = Base['images'][number]

/** The bases of a build, each resolved to a digest once, and the Dockerfile that names exactly those. */
export interface PinnedBases {
  images: BaseImage[]
  dockerfile: string
}

/**
 * Resolves every external image of a Dockerfile to one digest, which all platforms are then built on: a tag that moves during the run changes nothing.
 * Throws `LOCK` where a sealed network has no stand-in, or a registry does not answer.
 */
export async function pinBases(
  source: { text: string; path: string; images: readonly ExternalImage[] },
  lock: Lock,
): Promise<PinnedBases> {
  const resolved = await Promise.all(
    source.images.map(async (image) => ({ image, ...(await resolveBase(image, source.path, lock)) })),
  )
  const replacements = resolved.flatMap(({ image, buildOn }) =>
    buildOn === undefined ? [] : [{ image, reference: buildOn }],
  )
  return { images: resolved.map(({ base }) => base), dockerfile: replaceReferences(source.text, replacements) }
}

async function resolveBase(
  image: ExternalImage,
  path: string,
  lock: Lock,
): Promise<{ base: BaseImage; buildOn: string | undefined }> {
  const common = {
    stage: image.stage,
    location: { path, line: image.line, within: 'source' as const },
    written: image.written,
    reference: image.reference,
    final: image.final,
  }
  if (image.reference === 'scratch') return { base: { ...common, pinnedBy: 'scratch' }, buildOn: undefined }
  const pinned = lock.bases.find(({ reference }) => reference === image.reference)
  if (lock.mode === 'sealed') {
    if (pinned?.substitute === undefined) throw noStandIn(image, path, lock)
    return {
      base: {
        ...common,
        pinnedBy: image.digest === undefined ? 'lock' : 'dockerfile',
        digest: pinned.digest,
        substitute: pinned.substitute,
      },
      buildOn: `${pinned.substitute}@${pinned.digest}`,
    }
  }
  if (image.digest !== undefined)
    return { base: { ...common, pinnedBy: 'dockerfile', digest: image.digest }, buildOn: undefined }
  const digest = pinned?.digest ?? (await resolveDigest(image.reference))
  return {
    base: { ...common, pinnedBy: pinned === undefined ? 'nobody' : 'lock', digest },
    buildOn: `${image.reference}@${digest}`,
  }
}

function noStandIn(image: ExternalImage, path: string, lock: Lock): DeliveryError {
  const offered = lock.bases.map(({ reference }) => reference).toSorted()
  return new DeliveryError(
    'LOCK',
    `${path} line ${image.line}: this sealed network has no stand-in for ${image.reference}`,
    `Start from one that it has (${offered.join(', ')}), or run where the registry can be reached.`,
  )
}
