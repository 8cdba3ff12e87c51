import type { File } from '@dagger.io/dagger'
import { runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import { DeliveryError } from '../../model/errors.ts'
import type { Lock } from '../../model/index.ts'
import { normalizeImage, packArchive } from '../../tools/inspect/command.ts'
import { parseNormalization, refusal } from '../../tools/inspect/output.ts'

/** An image that is the same wherever and whenever it was made, and what the engine said of each of its layers. */
export interface Normalized {
  file: File
  /** What made each layer, lowest first, in the engine's words: it forgets them when it is restarted, so they are not in the image. */
  createdBy: string[]
}

/**
 * The same image as an archive that does not depend on when, where and by which engine it was made: it was made at `epoch` (seconds since 1970), no file is younger than 1980,
 * and owners, order and compression are normal. What a container sees stays, but for times. Dagger's engine has BuildKit's rewrite-timestamp, but no call that sets it. Throws
 * `BUILD` for a layer that has no normal form.
 */
export async function normalizeArchive(file: File, epoch: number, lock: Lock): Promise<Normalized> {
  const { container, program } = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', container.withMountedFile('/built.tar', file), [
    program,
    ...normalizeImage('/built.tar', '/layout', epoch),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(
      'BUILD',
      `failed to normalize the image: ${refusal(run.stderr)}`,
      'Correct what it names, or set build.reproducible to off.',
    )
  return {
    file: container
      .withMountedDirectory('/layout', run.container.directory('/layout'))
      .withExec([program, ...packArchive('/layout', '/image.tar', ['blobs', 'index.json', 'oci-layout'])])
      .file('/image.tar'),
    createdBy: parseNormalization(run.stdout),
  }
}
