import type { Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../errors.ts'
import type { Digest, Lock } from '../model/index.ts'
import { extractLayout } from '../tools/inspect/command.ts'
import { parseExtraction } from '../tools/inspect/output.ts'
import { lastLines, runTool } from '../tools/run-tool.ts'
import { ownToolImage } from '../tools/tool-image.ts'
import type { BuiltArchive } from './build.ts'

/** An OCI layout directory as it is pushed. */
export interface ImageLayout {
  directory: Directory
  /** Of the one manifest, or of the index over all platforms. */
  digest: Digest
  index: boolean
}

/** Unpacks the judged archives, byte for byte, into one layout; several platforms get an index over their manifests. Throws `PUBLISH`. */
export async function layOut(archives: readonly BuiltArchive[], lock: Lock): Promise<ImageLayout> {
  const tool = ownToolImage(lock, 'inspect')
  const paths = archives.map((_archive, index) => `/archives/${index}.tar`)
  const container = archives.reduce((current, { file }, index) => current.withMountedFile(paths[index] ?? '', file), tool.container)
  const run = await runTool('inspect', container, [tool.program, ...extractLayout(paths, '/layout')])
  if (run.exitCode !== 0) throw new DeliveryError('PUBLISH', `the judged archive cannot be laid out for the registry: ${lastLines(run.stderr, 2)}`, 'Report this as a fault of Loadline. Nothing was pushed.')
  const extraction = parseExtraction(run.stdout)
  const found = extraction.manifests.toSorted().join(', ')
  const wanted = archives.map(({ archive }) => archive.digest).toSorted().join(', ')
  if (found !== wanted) throw new DeliveryError('PUBLISH', `the archives hold ${found}, and the verdict is about ${wanted}`, 'Nothing was pushed. Run again from the start.')
  return { directory: run.container.directory('/layout'), digest: extraction.digest, index: extraction.index }
}
