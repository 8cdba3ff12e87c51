import { dag } from '@dagger.io/dagger'
import { runTool, lastLines } from '../../engine/run-tool.ts'
import { ownToolImage, type Pinned } from '../../engine/tool-image.ts'
import { DeliveryError } from '../../model/errors.ts'
import { readArguments, requestFile, type ReadingRequest } from '../../tools/dockerfile/command.ts'
import { parseReading, type DockerfileReading } from '../../tools/dockerfile/output.ts'

/**
 * Reads a Dockerfile as the engine will, by BuildKit's own parser and conversion. Nothing is fetched for it and nothing of it is started.
 * Throws `SOURCE` with the line where it is not one, or asks for what this engine cannot or must not build. Where nothing is built, the latter is passed over.
 */
export async function readDockerfile(
  { path, text }: { path: string; text: string },
  request: ReadingRequest,
  lock: Pinned,
  { isBuilt }: { isBuilt: boolean },
): Promise<DockerfileReading> {
  const tool = await ownToolImage(lock, 'dockerfile')
  const files = dag.directory().withNewFile('Dockerfile', text).withNewFile('request.json', requestFile(request))
  const { exitCode, stdout, stderr } = await runTool(
    'dockerfile',
    tool.container.withMountedDirectory('/work', files),
    [tool.program, ...readArguments('/work/request.json', '/work/Dockerfile')],
  )
  if (exitCode !== 0) throw unreadable(path, stderr)
  return parseReading(stdout, path, { platforms: request.platforms, isBuilt })
}

/** The program reads a Dockerfile otherwise than BuildKit, or could not run: nothing is built on such a reading. */
export function unreadable(path: string, stderr: string): DeliveryError {
  return new DeliveryError(
    'TOOL',
    `${path} cannot be read for its build: ${lastLines(stderr, 1) || 'the reader ended without a word'}`,
    'Report this as a bug in Loadline, with the Dockerfile if you can.',
  )
}
