import type { Lock } from '../../model/index.ts'
import { toolImage, type ReadyTool } from '../../tools/tool-image.ts'
import { emptyConfiguration } from '../../tools/trivy/command.ts'
import type { BuiltArchive } from '../build.ts'

/** Where Trivy finds the image. */
export const imageDirectory = '/image'

/** Trivy with an image to scan, and with nothing that could configure it from outside. */
export function trivyOn(built: BuiltArchive, lock: Lock): ReadyTool {
  const tool = toolImage(lock, 'trivy')
  const container = tool.container
    .withMountedDirectory(imageDirectory, built.layout)
    .withNewFile(emptyConfiguration.config, '')
    .withNewFile(emptyConfiguration.ignore, '')
  return { ...tool, container }
}
