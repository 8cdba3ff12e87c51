import type { Collected, Lock, Size } from '../../model/index.ts'
import { analyse } from '../../tools/dive/command.ts'
import { parseEfficiency } from '../../tools/dive/output.ts'
import { toSize } from '../../tools/inspect/output.ts'
import { readOutput } from '../../engine/read-output.ts'
import { requireSuccess, runTool } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from '../../engine/collect.ts'
import { confirmVersion } from '../../engine/confirm-version.ts'

/** Size of the image, and how much of it Dive finds to be waste. */
export function collectSize(built: BuiltArchive, lock: Lock): Promise<Collected<Size>> {
  return collect(
    { wanted: 'the size of the image and the efficiency of its layers', tool: () => toolImage(lock, 'dive') },
    async (tool) => {
      const [run] = await Promise.all([
        runTool(
          'dive',
          tool.container.withMountedFile('/archive.tar', built.file),
          analyse({ program: tool.program, archive: '/archive.tar', output: '/dive.json' }),
        ),
        confirmVersion('dive', tool),
      ])
      requireSuccess('dive', run, 'Run again; if it persists, report it as a bug in Loadline.')
      return toSize(built.inspection, parseEfficiency(await readOutput('dive', run.container.file('/dive.json'))))
    },
  )
}
