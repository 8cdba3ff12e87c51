import { dag } from '@dagger.io/dagger'
import { runTool, lastLines } from '../../engine/run-tool.ts'
import { ownToolImage, type Pinned } from '../../engine/tool-image.ts'
import { DeliveryError } from '../../model/errors.ts'
import { readArguments, requestFile, type ReadingRequest } from '../../tools/dockerfile/command.ts'
import { parseReading, type DockerfileReading } from '../../tools/dockerfile/output.ts'

/**
 * Reads a Dockerfile as the engine will, with BuildKit's own parser and conversion. Nothing is fetched or started for
 * it. Throws `SOURCE` with the line if it is not valid, or requires what this engine cannot or must not build. If
 * nothing is built, the latter is ignored.
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

/** The program reads a Dockerfile differently from BuildKit, or could not run: nothing is built from such a reading. */
export function unreadable(path: string, stderr: string): DeliveryError {
  return new DeliveryError(
    'TOOL',
    `failed to read ${path} for its build: ${lastLines(stderr, 1) || 'the reader exited without output'}`,
    'Report this as a bug in Loadline, with the Dockerfile if you can.',
  )
}
