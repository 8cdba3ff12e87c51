import type { Container, Directory } from '@dagger.io/dagger'
import * as registry from '../tools/registry/command.ts'
import type { Answer, Ended } from '../tools/registry/output.ts'
import { fresh } from './fresh.ts'
import type { RegistryAccess } from './registry-access.ts'
import { runTool } from './run-tool.ts'
import { ownToolImage, type Pinned } from './tool-image.ts'

/** A question to a registry: how to reach it, the arguments, and the reader of the answer. */
export interface Question<T> {
  access: RegistryAccess
  /** Mounted at `/layout`. */
  directory?: Directory
  argv: (connection: registry.Connection) => string[]
  read: (ended: Ended) => Answer<T>
}

/**
 * Asks a registry with Loadline's own program, never from a cache. Everything but Cosign reaches registries here. Returns
 * the answer or the fault, and the container after the run, to take files from. Throws what `read` throws, and `TOOL` if
 * the program cannot be started.
 */
export async function askRegistry<T>(
  { access, directory, argv, read }: Question<T>,
  lock: Pinned,
): Promise<Answer<T> & { container: Container }> {
  const { container, program } = await ownToolImage(lock, 'registry')
  const mounted = directory === undefined ? container : container.withMountedDirectory('/layout', directory)
  const { knownAs, insecure } = access
  const ended = await runTool(
    'registry',
    fresh(await access.connect(mounted)),
    argv({ program, plainHttp: insecure, ...(knownAs === undefined ? {} : { knownAs }) }),
  )
  return { ...read(ended), container: ended.container }
}
