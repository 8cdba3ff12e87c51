import { enginePlatform } from '../../engine/engine-platform.ts'
import { fresh } from '../../engine/fresh.ts'
import { requireSuccess, runTool } from '../../engine/run-tool.ts'
import type { ReadyTool } from '../../engine/tool-image.ts'
import { askEmulation } from '../../tools/sandbox/command.ts'
import { parseEmulation } from '../../tools/sandbox/output.ts'
import type { BuiltArchive } from '../build/build.ts'

/** Whether the engine's own processor runs the image's programs. Only then is what is measured the image's own: an emulator needs memory, time and system calls of its own. */
export async function runsHere(built: BuiltArchive): Promise<boolean> {
  return architectureOf(await enginePlatform()) === architectureOf(built.archive.platform)
}

/** Whether the engine's kernel has an emulator for the image's programs (binfmt_misc): one of that architecture is started there, now. */
export async function emulatedHere(built: BuiltArchive, sandbox: ReadyTool): Promise<boolean> {
  const asked = askEmulation(sandbox.program, architectureOf(built.archive.platform))
  const ended = await runTool('sandbox', fresh(sandbox.container), asked)
  requireSuccess('sandbox', ended, 'Run again; if it persists, report it as a bug in Loadline.')
  return parseEmulation(ended.stdout)
}

function architectureOf(platform: string): string {
  return platform.split('/')[1] ?? ''
}
