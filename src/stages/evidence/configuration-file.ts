import type { File } from '@dagger.io/dagger'
import type { Lock } from '../../model/index.ts'
import { extractConfiguration } from '../../tools/inspect/command.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'

/** The image configuration from the archive, including the values of variables, so it stays in containers. */
export async function configurationFile(built: BuiltArchive, lock: Lock): Promise<File> {
  const inspect = await ownToolImage(lock, 'inspect')
  return inspect.container
    .withMountedFile('/archive.tar', built.file)
    .withExec([inspect.program, ...extractConfiguration('/archive.tar', '/metadata.json')])
    .file('/metadata.json')
}
