import { DeliveryError } from '../../errors.ts'
import type { Collected, Lock, Size } from '../../model/index.ts'
import { analyse } from '../../tools/dive/command.ts'
import { parseEfficiency } from '../../tools/dive/output.ts'
import { toSize } from '../../tools/inspect/output.ts'
import { lastLines, runTool } from '../../tools/run-tool.ts'
import { toolImage } from '../../tools/tool-image.ts'
import type { BuiltArchive } from '../build.ts'
import { collect } from './collect.ts'

/** Size of the image, and how much of it Dive finds to be waste. */
export function collectSize(built: BuiltArchive, lock: Lock): Promise<Collected<Size>> {
  return collect({ wanted: 'the size of the image and the efficiency of its layers', tool: () => toolImage(lock, 'dive') }, async ({ container, program }) => {
    const run = await runTool('dive', container.withMountedFile('/archive.tar', built.file), analyse({ program, archive: '/archive.tar', output: '/dive.json' }))
    if (run.exitCode !== 0) throw new DeliveryError('TOOL', `dive ended with exit code ${run.exitCode}: ${lastLines(run.stderr || run.stdout, 2)}`, 'Run again; if it stays, report it as a fault of Loadline.')
    return toSize(built.inspection, parseEfficiency(await run.container.file('/dive.json').contents()))
  })
}
