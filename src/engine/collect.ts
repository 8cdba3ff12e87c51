import { DeliveryError } from '../model/errors.ts'
import { undecided, type Collected } from '../model/index.ts'
import { sayFullDisk } from './full-disk.ts'
import { lastLines } from './run-tool.ts'
import type { ReadyTool } from './tool-image.ts'

/**
 * Runs a collector so that it always returns an answer: evidence, or why there is none.
 * Whatever goes wrong is never read as "no findings".
 */
export async function collect<T>(
  task: { wanted: string; tool: () => Promise<ReadyTool> },
  work: (tool: ReadyTool) => Promise<T>,
): Promise<Collected<T>> {
  let tool: ReadyTool | undefined
  try {
    tool = await task.tool()
    return { status: 'collected', tool: tool.identity, value: await work(tool) }
  } catch (failure) {
    const error = sayFullDisk(failure)
    const reason =
      error instanceof DeliveryError
        ? { found: error.message, remedy: error.hint }
        : {
            found: lastLines(error instanceof Error ? error.message : String(error), 3),
            remedy: "Check the engine's log; if the error persists, report it as a bug in Loadline.",
          }
    return undecided({ wanted: task.wanted, ...reason, ...(tool === undefined ? {} : { tool: tool.identity }) })
  }
}
