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
import { normalizeArchive } from '../build/normalize.ts'
import { collect } from '../../engine/collect.ts'

/** The origin of an image. */
export interface ImageOrigin {
  /** BuildKit's reading of the Dockerfile. */
  reading: DockerfileReading
  /** The bases of one platform, each resolved to one digest. */
  bases(platform: Platform): Promise<Base['images']>
  /** Whether the image was built from it in this run; otherwise it was given with the image, and may not match it. */
  built: boolean
}

/**
 * The images that this one is made from, and which of its layers belong to the base. If the base's layers are
 * unavailable, the bases of a build are still evidence, but owners are unknown. A Dockerfile given with an image is
 * trusted only if the image confirms it: its first layers must be the base's. Without a Dockerfile the base is unknown.
 */
export async function collectBase(
  built: BuiltArchive,
  origin: ImageOrigin | undefined,
  lock: Lock,
): Promise<Collected<Base> | NotApplicable> {
  if (origin === undefined)
    return {
      status: 'not-applicable',
      reason: 'no Dockerfile was given with the image, and an image does not say what it is built on',
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

/** Throws `TOOL` unless the image starts with the layers of the base that the Dockerfile names. */
function requireBase(
  { inspection: { layers } }: BuiltArchive,
  images: Base['images'],
  { base, baseUnknown }: Lineage,
): void {
  const named = images.find(({ final }) => final)?.reference ?? 'no base'
  if (base !== undefined && base.every((diffId, index) => layers[index]?.diffId === diffId)) return
  throw new DeliveryError(
    'TOOL',
    `the Dockerfile given with the image says FROM ${named}, but ${base === undefined ? `that base's layers are not available (${baseUnknown})` : 'the image does not start with its layers'}`,
    'Pin the base to the digest that the image was built on, or give the image without a Dockerfile: then its base is unknown, and the rule dockerfile reports that.',
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

/** Diff IDs of the base's layers for the platform, from the base itself and not from the built image's history. */
async function baseLayers(
  base: Base['images'][number] | undefined,
  built: BuiltArchive,
  lock: Lock,
): Promise<Digest[]> {
  if (base?.pinnedBy === 'scratch') return []
  if (base?.digest === undefined)
    throw new DeliveryError(
      'TOOL',
      'the digest of the base is unknown',
      'Report this as a bug in Loadline, with the Dockerfile if you can.',
    )
  const { platform } = built.archive
  const reference = `${base.substitute ?? base.reference}@${base.digest}`
  const archive = dag
    .container({ platform: platform as DaggerPlatform })
    .from(reference)
    // A restarted engine rewrites its cached layers with different digests, but still remembers earlier archives. The
    // label ties this archive to the built one, so that both are from the same time; otherwise they differ, and owners
    // are unknown.
    .withLabel('dev.loadline.base-of', built.archive.digest)
    .asTarball({ mediaTypes: ImageMediaTypes.Oci })
  const layers = built.epoch === undefined ? archive : (await normalizeArchive(archive, built.epoch, lock)).file
  const tool = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', tool.container.withMountedFile('/base.tar', layers), [
    tool.program,
    ...listLayers('/base.tar'),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(
      'TOOL',
      `failed to read the base ${reference}: ${lastLines(run.stderr, 1)}`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
  const listed = parseLayerList(run.stdout)
  if (listed.platform !== platform)
    throw new DeliveryError(
      'TOOL',
      `expected the base ${reference} for ${platform}, found it for ${listed.platform}`,
      'Choose a base that exists for this platform.',
    )
  return listed.layers.map(({ diffId }) => diffId)
}
