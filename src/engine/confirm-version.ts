import { runTool } from './run-tool.ts'
import type { ReadyTool } from './tool-image.ts'
import { askVersion, requireVersion, type AskedTool } from '../tools/tool-version.ts'

/** Asks a tool for its version: a lock file can pin anything under any name. Throws `TOOL` if it is not the pinned one. */
export async function confirmVersion(name: AskedTool, { container, program, identity }: ReadyTool): Promise<void> {
  const { stdout } = await runTool(name, container, askVersion(name, program))
  requireVersion(name, identity.version, stdout)
}
