import type { Directory, File } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Lock } from '../../model/index.ts'
import { condenseReport, extractPlain } from '../../tools/inspect/command.ts'
import { readOutput } from '../../engine/read-output.ts'
import { lastLines, runTool } from '../../engine/run-tool.ts'
import { ownToolImage, toolImage, type ReadyTool } from '../../engine/tool-image.ts'
import { emptyConfiguration } from '../../tools/trivy/command.ts'
import type { ScanSubject } from '../../tools/trivy/output.ts'
import { unpack, type BuiltArchive } from '../build/build.ts'

/** Where Trivy finds the image. */
export const imageDirectory = '/image'

/** Trivy with an image to scan, and with no outside configuration. */
export async function trivyOn(built: BuiltArchive, lock: Lock): Promise<ReadyTool> {
  const tool = await toolImage(lock, 'trivy')
  const container = tool.container
    .withMountedDirectory(imageDirectory, await readableLayout(built, lock))
    .withNewFile(emptyConfiguration.config, '')
    .withNewFile(emptyConfiguration.ignore, '')
  return { ...tool, container }
}

/** The layout of an image as Trivy can read it: almost always the image's own. */
async function readableLayout({ file, layout, inspection }: BuiltArchive, lock: Lock): Promise<Directory> {
  return inspection.layers.some(({ skippable }) => skippable) ? unpack(file, lock, extractPlain) : layout
}

/**
 * The parts of a Trivy report that Loadline reads: a full one with 50,000 findings has 200 MB, more than the engine
 * returns. Throws `TOOL` if the report is incomplete or still too long.
 */
export async function readReport(report: File, lock: Lock): Promise<string> {
  const { container, program } = await ownToolImage(lock, 'inspect')
  const run = await runTool('inspect', container.withMountedFile('/report.json', report), [
    program,
    ...condenseReport('/report.json', '/condensed.json'),
  ])
  if (run.exitCode !== 0)
    throw new DeliveryError(
      'TOOL',
      `trivy wrote no JSON report: ${lastLines(run.stderr, 2)}`,
      'Run again; if the error persists, run trivy by hand on the same image to see its output.',
    )
  return readOutput('trivy', run.container.file('/condensed.json'))
}

/** What Trivy's report on an image must state about itself. */
export function subjectOf({ archive, inspection }: BuiltArchive, { identity }: ReadyTool): ScanSubject {
  return { version: identity.version, configuration: inspection.configDigest, platform: archive.platform }
}
