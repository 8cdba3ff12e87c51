import type { Runtime } from '../../model/index.ts'
import type { Place } from './output.ts'

/** An answer to a run for which the engine may have kept an earlier result, and what is known when it arrives. */
export interface Answer {
  outcome: Runtime['outcome']
  /** Of the run that answers; undefined if it does not say. */
  place: Place | undefined
  /** The engine's machine, as it was before the run was asked for. */
  here: Place
  /** From asking for that to having the answer, in milliseconds. */
  elapsed: number
  /** How old an earlier run may be, in milliseconds. */
  reuse: number
}

/**
 * The kind of an answer. `new`: the run was started after the request, and counts whatever its outcome. `kept`: an
 * earlier run that may replace a new one, because it succeeded, is recent enough and ran on this kernel. `worthless`:
 * anything else; the image has to be run.
 */
export function judgeAnswer({ outcome, place, here, elapsed, reuse }: Answer): 'new' | 'kept' | 'worthless' {
  if (place?.kernel !== here.kernel) return 'worthless'
  const age = here.at.getTime() - place.at.getTime()
  // A clock that was put back makes an earlier run one of the future.
  if (age <= 0) return -age <= elapsed ? 'new' : 'worthless'
  return outcome === 'ready' && age <= reuse ? 'kept' : 'worthless'
}

/**
 * The name under which runs share a result: that of a period as long as a result may be reused, so that older ones are
 * not found. It does not prove an age, because the engine has a different clock.
 */
export function occasionOf(now: Date, reuse: number): string {
  return `within ${reuse} ms, ${Math.floor(now.getTime() / reuse)}`
}
