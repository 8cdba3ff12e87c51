import { dag, ImageMediaTypes, type Platform as DaggerPlatform } from '@dagger.io/dagger'
import { DeliveryError } from '../../errors.ts'
import type { Base, Collected, Digest, Lineage, Lock } from '../../model/index.ts'
import type { BuildChoice } from '../../tools/buildkit/dockerfile.ts'
import { readLineage } from '../../tools/buildkit/lineage.ts'
import { listLayers } from '../../tools/inspect/command.ts'
import { parseLayerList } from '../../tools/inspect/output.ts'
import { firstLine, lastLines, runTool } from '../../tools/run-tool.ts'
import { ownToolImage } from '../../tools/tool-image.ts'
import type { BuiltArchive } from '../build.ts'
import { collect } from './collect.ts'

/** The images that this one is made from, and which of its layers are whose. Where the base's layers cannot be had, the bases are still evidence, and owners are unknown. */
export function collectBase(built: BuiltArchive, images: Base['images'], dockerfile: { text: string } & BuildChoice, lock: Lock): Promise<Collected<Base>> {
  return collect({ wanted: 'the images that this one is made from', tool: () => ownToolImage(lock, 'inspect') }, async () => ({ images, lineage: await lineageOf(built, images, dockerfile, lock) }))
}

async function lineageOf(built: BuiltArchive, images: Base['images'], dockerfile: { text: string } & BuildChoice, lock: Lock): Promise<Lineage> {
  const { layers } = built.inspection
  try {
    return readLineage(dockerfile, layers, await baseLayers(images.find(({ final }) => final), built, lock))
  } catch (error) {
    return { ...readLineage(dockerfile, layers, undefined), baseUnknown: firstLine(error) }
  }
}

/** Diff ids of the base's layers for the platform, from the base itself: what the built image's history says of it is not asked. */
async function baseLayers(base: Base['images'][number] | undefined, built: BuiltArchive, lock: Lock): Promise<Digest[]> {
  if (base?.pinnedBy === 'scratch') return []
  if (base?.digest === undefined) throw new DeliveryError('TOOL', 'no digest of the base is known', 'Report this as a fault of Loadline, with the Dockerfile if you can.')
  const { platform } = built.archive
  const reference = `${base.substitute ?? base.reference}@${base.digest}`
  const archive = dag
    .container({ platform: platform as DaggerPlatform })
    .from(reference)
    // An engine that was started again writes the layers that it kept anew, with other digests, and remembers archives from before. The label ties this archive to
    // the built one, so that both are of one time; where they are not, they differ, and owners are unknown.
    .withLabel('dev.loadline.base-of', built.archive.digest)
    .asTarball({ mediaTypes: ImageMediaTypes.Oci })
  const tool = ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', tool.container.withMountedFile('/base.tar', archive), [tool.program, ...listLayers('/base.tar')])
  if (run.exitCode !== 0) throw new DeliveryError('TOOL', `the base ${reference} cannot be read: ${lastLines(run.stderr, 1)}`, 'Run again; if it stays, report it as a fault of Loadline.')
  const listed = parseLayerList(run.stdout)
  if (listed.platform !== platform) throw new DeliveryError('TOOL', `the base ${reference} was asked for ${platform} and is for ${listed.platform}`, 'Choose a base that exists for this platform.')
  return listed.layers.map(({ diffId }) => diffId)
}
