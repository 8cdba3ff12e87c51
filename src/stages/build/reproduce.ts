import { collect } from '../../engine/collect.ts'
import { runTool } from '../../engine/run-tool.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import { DeliveryError } from '../../model/errors.ts'
import type { Collected, Lock, Reproduction } from '../../model/index.ts'
import { compareImages } from '../../tools/inspect/command.ts'
import { parseComparison, refusal } from '../../tools/inspect/output.ts'
import type { BuiltArchive } from './build.ts'

/** Whether a second build gave the same image. Undecided if it could not be built or compared. */
export function collectReproduction(
  first: BuiltArchive,
  second: () => Promise<BuiltArchive>,
  lock: Lock,
): Promise<Collected<Reproduction>> {
  return collect(
    { wanted: 'a second build, to compare with the first', tool: () => ownToolImage(lock, 'inspect') },
    async (tool) => {
      const again = await second()
      const run = await runTool(
        'inspect',
        tool.container.withMountedFile('/first.tar', first.file).withMountedFile('/second.tar', again.file),
        [tool.program, ...compareImages('/first.tar', '/second.tar')],
      )
      if (run.exitCode !== 0)
        throw new DeliveryError(
          'TOOL',
          `failed to compare two builds: ${refusal(run.stderr)}`,
          'Run again; if it persists, report it as a bug in Loadline.',
        )
      return parseComparison(run.stdout)
    },
  )
}
