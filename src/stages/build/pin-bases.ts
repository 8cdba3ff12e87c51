import { DeliveryError } from '../../model/errors.ts'
import type { Base, Digest, Lock, Platform } from '../../model/index.ts'
import { noSubstitute } from '../../engine/pinned-image.ts'
import { resolveDigest } from '../../engine/resolve-lock.ts'
import type { DockerfileReading, ReadImage } from '../../tools/dockerfile/output.ts'

type BaseImage = Base['images'][number]

/** An external image, as the build uses it. */
export interface BaseToPrepare {
  /** As BuildKit would request it from the registry without a pin. */
  asked: string
  platform: string
  /** What the Dockerfile should name instead; absent if unchanged. */
  buildOn: string | undefined
  /** Where to get its configuration; absent if only files are copied from it. */
  from: string | undefined
}

/** A build's bases, each resolved to a digest once. */
export interface PinnedBases {
  /** What one platform's image is built on and copies from, in the order of the text. */
  images(platform: Platform): BaseImage[]
  toPrepare: BaseToPrepare[]
}

/** The image behind a reference. */
interface Resolved {
  pinnedBy: BaseImage['pinnedBy']
  digest?: Digest
  substitute?: string
  buildOn?: string
}

/**
 * Resolves every external image that a Dockerfile's build reaches to one digest, which all platforms then use: a tag
 * that moves during the run changes nothing. Images of stages that are not built are not resolved. Throws `LOCK` if a
 * sealed network has no substitute, or a registry does not answer.
 */
export async function pinBases(
  { path, reading }: { path: string; reading: DockerfileReading },
  lock: Lock,
): Promise<PinnedBases> {
  const images = reading.platforms.flatMap((platform) => platform.images)
  const asked = images.filter((image, index) => images.findIndex((other) => other.asked === image.asked) === index)
  const entries = asked.map(async (image) => [image.asked, await resolveBase(image, path, lock)] as const)
  const resolved = new Map(await Promise.all(entries))
  return {
    images: (platform) =>
      imagesOn(reading, platform).map((image) => {
        const { buildOn: _, ...found } = resolvedOf(resolved, image)
        return {
          stage: reading.stages[image.stage]?.name ?? String(image.stage),
          location: { path, line: image.line, within: 'source' as const },
          written: image.written,
          reference: image.reference,
          final: image.shipped,
          ...found,
        }
      }),
    toPrepare: basesToPrepare(images, resolved),
  }
}

/** The images that one platform is built on. */
export function imagesOn(reading: DockerfileReading, platform: Platform): ReadImage[] {
  return reading.platforms.find((one) => one.platform === platform)?.images ?? []
}

function basesToPrepare(images: readonly ReadImage[], resolved: ReadonlyMap<string, Resolved>): BaseToPrepare[] {
  const bases = new Map<string, BaseToPrepare>()
  for (const image of images) {
    const { buildOn, digest } = resolvedOf(resolved, image)
    if (digest === undefined) continue
    const key = `${image.platform} ${image.asked}`
    // If a stage starts from it, its configuration matters, even if another stage only copies from it.
    const from = image.kind === 'from' ? (buildOn ?? `${image.reference}@${digest}`) : bases.get(key)?.from
    bases.set(key, { asked: image.asked, platform: image.platform, buildOn, from })
  }
  return [...bases.values()]
}

function resolvedOf(resolved: ReadonlyMap<string, Resolved>, { asked }: ReadImage): Resolved {
  const found = resolved.get(asked)
  if (found === undefined) throw new TypeError(`${asked} was not resolved`)
  return found
}

async function resolveBase(image: ReadImage, path: string, lock: Lock): Promise<Resolved> {
  if (image.reference === 'scratch') return { pinnedBy: 'scratch' }
  const pinned = lock.bases.find(({ reference }) => reference === image.reference)
  if (lock.mode === 'sealed') {
    if (pinned?.substitute === undefined) throw noStandIn(image, path, lock)
    return {
      pinnedBy: image.digest === undefined ? 'lock' : 'dockerfile',
      digest: pinned.digest,
      substitute: pinned.substitute,
      buildOn: `${pinned.substitute}@${pinned.digest}`,
    }
  }
  if (image.digest !== undefined) return { pinnedBy: 'dockerfile', digest: image.digest }
  const digest = pinned?.digest ?? (await resolveUnpinned(image, path))
  return { pinnedBy: pinned === undefined ? 'nobody' : 'lock', digest, buildOn: `${image.reference}@${digest}` }
}

async function resolveUnpinned(image: ReadImage, path: string): Promise<Digest> {
  try {
    return await resolveDigest(image.reference)
  } catch (error) {
    if (!(error instanceof DeliveryError) || !isBareName(image)) throw error
    throw new DeliveryError(error.code, `${path} line ${image.line}: ${error.message}`, orContext(image, error.hint), {
      cause: error,
    })
  }
}

/** Whether the name could also be that of a context: BuildKit looks for a stage, then for a context, then for an image. */
function isBareName({ written }: ReadImage): boolean {
  return /^[^/:@]+$/.test(written)
}

/** What to do about an image that is not there, or about a context by that name, which the engine's build cannot have. */
function orContext(image: ReadImage, remedy: string): string {
  if (!isBareName(image)) return remedy
  const name = image.written
  return `${remedy} If ${name} is a context of its own (docker build --build-context ${name}=...): no run can be given one. Put a directory's files into the source; name an image by a build argument (ARG and FROM).`
}

function noStandIn(image: ReadImage, path: string, lock: Lock): DeliveryError {
  const error = noSubstitute(image.reference, lock, { where: `${path} line ${image.line}: ` })
  return new DeliveryError(error.code, error.message, orContext(image, error.hint))
}
