import { DeliveryError } from '../../model/errors.ts'
import type { Digest, Runtime } from '../../model/index.ts'
import { begun } from '../../engine/begun.ts'
import { fresh } from '../../engine/fresh.ts'
import { runTool, type ToolRun } from '../../engine/run-tool.ts'
import type { ReadyTool } from '../../engine/tool-image.ts'
import { askHere } from '../../tools/sandbox/command.ts'
import { parseHere, parseRun, type Place } from '../../tools/sandbox/output.ts'
import { judgeAnswer, occasionOf } from '../../tools/sandbox/reuse.ts'

/** When an earlier run of an image may stand for a new one. */
export interface Reuse {
  /** Its greatest age, in milliseconds. */
  within: number
  now: Date
  /** Whether this digest may be judged by an earlier run: not if it is to be released for the first time. */
  mayReuse(digest: Digest): Promise<boolean>
}

/** A run that may come from the engine's cache, for the image and under the conditions of `start`. */
export interface Keeping {
  digest: Digest
  limits: Runtime['limits']
  reuse: Reuse
  /** Runs the image, unless the engine has a result of the same occasion. */
  start(occasion: string): Promise<ToolRun>
}

/**
 * The result of a run, an earlier one or a new one; undefined if it proves nothing and the image has to be run. The
 * engine's cache answers only for the same bytes, plan, services and program; the answer itself says when and where the
 * run was.
 */
export async function keptRun(
  { container, program }: ReadyTool,
  { digest, limits, reuse, start }: Keeping,
): Promise<Runtime | undefined> {
  // Both take as long as starting a container.
  const mayReuse = begun(reuse.mayReuse(digest))
  const asked = performance.now()
  const asking = await runTool('sandbox', fresh(container), askHere(program))
  const ended = await start(occasionOf(reuse.now, reuse.within))
  const elapsed = performance.now() - asked
  // A failure of the sandbox proves nothing, but the engine caches it too.
  if (ended.exitCode !== 0 || asking.exitCode !== 0) return undefined
  const read = readBoth(ended.stdout, asking.stdout, limits)
  if (read === undefined) return undefined
  const { run, place, here } = read
  const answer = judgeAnswer({ outcome: run.outcome, place, here, elapsed, reuse: reuse.within })
  if (answer === 'new') return run
  if (answer === 'worthless' || place === undefined || !(await mayReuse)) return undefined
  return { ...run, reused: { startedAt: place.at.toISOString(), kernel: place.kernel } }
}

function readBoth(
  ended: string,
  asking: string,
  limits: Runtime['limits'],
): { run: Runtime; place: Place | undefined; here: Place } | undefined {
  try {
    return { ...parseRun(ended, limits), here: parseHere(asking) }
  } catch (error) {
    if (error instanceof DeliveryError) return undefined
    throw error
  }
}
