import { DeliveryError } from '../../model/errors.ts'
import type { Collected, Lock, Secrets } from '../../model/index.ts'
import { runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import { searchSecrets } from '../../tools/inspect/command.ts'
import { refusal } from '../../tools/inspect/output.ts'
import { parseSecrets } from '../../tools/inspect/secrets.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from '../../engine/collect.ts'

/** Credentials in every byte of every layer and in the image's documents. */
export function collectSecrets({ archive, file }: BuiltArchive, lock: Lock): Promise<Collected<Secrets>> {
  return collect(
    {
      wanted: 'the secrets in the files and the configuration of the image',
      tool: () => ownToolImage(lock, 'inspect'),
    },
    async (tool) => {
      const run = await runTool('inspect', tool.container.withMountedFile('/archive.tar', file), [
        tool.program,
        ...searchSecrets('/archive.tar'),
      ])
      if (run.exitCode !== 0)
        throw new DeliveryError(
          'TOOL',
          `failed to search the image for secrets: ${refusal(run.stderr)}`,
          'Remove what the message names from the image, and run again.',
        )
      const { digest, findings, search } = parseSecrets(run.stdout)
      if (digest !== archive.digest)
        throw new DeliveryError(
          'TOOL',
          `expected inspect to search ${archive.digest} for secrets, found that it searched ${digest}`,
          'Run again; if it persists, report it as a bug in Loadline.',
        )
      return { findings, search }
    },
  )
}
