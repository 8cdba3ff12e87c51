import type { File } from '@dagger.io/dagger'
import { ownToolImage } from '../../engine/tool-image.ts'
import type { Lock, Platform } from '../../model/index.ts'
import type { DockerfileReading } from '../../tools/dockerfile/output.ts'
import { assignPlatform, packArchive } from '../../tools/inspect/command.ts'

/** Whether the image that a Dockerfile ships on a platform begins with nothing, and with no word of another platform. */
export function isFromScratch({ platforms }: DockerfileReading, platform: Platform): boolean {
  const images = platforms.find((one) => one.platform === platform)?.images ?? []
  return images.some(
    (image) => image.kind === 'from' && image.shipped && image.reference === 'scratch' && image.platform === platform,
  )
}

/** The archive of an image from scratch, with the platform that it was built for: the engine gives it the platform of the engine. */
export async function withItsPlatform(archive: File, platform: Platform, lock: Lock): Promise<File> {
  const { container, program } = await ownToolImage(lock, 'inspect')
  return container
    .withMountedFile('/built.tar', archive)
    .withExec([program, ...assignPlatform('/built.tar', platform, '/layout')])
    .withExec([program, ...packArchive('/layout', '/image.tar', ['blobs', 'index.json', 'oci-layout'])])
    .file('/image.tar')
}
