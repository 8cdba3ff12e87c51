import { dag, ImageMediaTypes, type Platform as DaggerPlatform } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Base, Collected, Digest, Lineage, Lock, NotApplicable, Platform } from '../../model/index.ts'
import { readLineage } from '../../tools/dockerfile/lineage.ts'
import type { DockerfileReading } from '../../tools/dockerfile/output.ts'
import { listLayers } from '../../tools/inspect/command.ts'
import { parseLayerList } from '../../tools/inspect/output.ts'
import { firstLine, lastLines, runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from '../../engine/collect.ts'

/** What an image comes from. */
export interface ImageOrigin {
  /** What BuildKit reads in the Dockerfile. */
  reading: DockerfileReading
  /** The bases of one platform, each resolved to one digest. */
  bases(platform: Platform): Promise<Base['images']>
  /** Whether the image was built from it in this run; otherwise it was given beside the image, and says what may not be so. */
  built: boolean
}

/**
 * The images that this one is made from, and which of its layers are whose. Where the base's layers cannot be had, the bases of a build are still evidence, and owners are unknown.
 * A Dockerfile beside an image is believed only as far as the image shows it: its first layers must be those of the base. Without a Dockerfile nobody says what the base is.
 */
export async function collectBase(
  built: BuiltArchive,
  origin: ImageOrigin | undefined,
  lock: Lock,
): Promise<Collected<Base> | NotApplicable> {
  if (origin === undefined)
    return {
      status: 'not-applicable',
      reason: 'no Dockerfile was given beside the image, and an image does not say what it is built on',
    }
  return collect(
    { wanted: 'the images that this one is made from', tool: () => ownToolImage(lock, 'inspect') },
    async () => {
      const images = await origin.bases(built.archive.platform)
      const lineage = await lineageOf(built, images, origin.reading, lock)
      if (!origin.built) requireBase(built, images, lineage)
      return { images, lineage }
    },
  )
}

/** Throws `TOOL` unless the image begins with the layers of the base that the Dockerfile names. */
function requireBase(
  { inspection: { layers } }: BuiltArchive,
  images: Base['images'],
  { base, baseUnknown }: Lineage,
): void {
  const named = images.find(({ final }) => final)?.reference ?? 'no base'
  if (base !== undefined && base.every((diffId, index) => layers[index]?.diffId === diffId)) return
  throw new DeliveryError(
    'TOOL',
    `the Dockerfile beside the image says FROM ${named}, and ${base === undefined ? `the layers of that are not available (${baseUnknown})` : 'the image does not begin with its layers'}`,
    'Pin the base to the digest that the image was built on, or give the image without a Dockerfile: then its base is not known, and the rule dockerfile says so.',
  )
}

async function lineageOf(
  built: BuiltArchive,
  images: Base['images'],
  reading: DockerfileReading,
  lock: Lock,
): Promise<Lineage> {
  const { layers } = built.inspection
  const dockerfile = { reading, platform: built.archive.platform }
  try {
    return readLineage(
      dockerfile,
      layers,
      await baseLayers(
        images.find(({ final }) => final),
        built,
        lock,
      ),
    )
  } catch (error) {
    return { ...readLineage(dockerfile, layers, undefined), baseUnknown: firstLine(error) }
  }
}

/** Diff ids of the base's layers for the platform, from the base itself: what the built image's history says of it is not asked. */
async function baseLayers(
  base: Base['images'][number] | undefined,
  built: BuiltArchive,
  lock: Lock,
): Promise<Digest[]> {
  if (base?.pinnedBy === 'scratch') return []
  if (base?.digest === undefined)
    throw new DeliveryError(
      'TOOL',
      'no digest of the base is known',
      'Report this as a bug in Loadline, with the Dockerfile if you can.',
    )
  const { platform } = built.archive
  const reference = `${base.substitute ?? base.reference}@${base.digest}`
  const archive = dag
    .container({ platform: platform as DaggerPlatform })
    .from(reference)
    // An engine that was started again writes the layers that it kept anew, with other digests, and remembers archives from before. The label ties this archive to
    // the built one, so that both are of one time; where they are not, they differ, and owners are unknown.
    .withLabel('dev.loadline.base-of', built.archive.digest)
    .asTarball({ mediaTypes: ImageMediaTypes.Oci })
  const tool = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', tool.container.withMountedFile('/base.tar', archive), [
    tool.program,
    ...listLayers('/base.tar'),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(
      'TOOL',
      `the base ${reference} cannot be read: ${lastLines(run.stderr, 1)}`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
  const listed = parseLayerList(run.stdout)
  if (listed.platform !== platform)
    throw new DeliveryError(
      'TOOL',
      `the base ${reference} was asked for ${platform} and is for ${listed.platform}`,
      'Choose a base that exists for this platform.',
    )
  return listed.layers.map(({ diffId }) => diffId)
}
