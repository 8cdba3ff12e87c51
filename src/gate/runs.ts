import type { Evidence, Platform, Runtime } from '../model/index.ts'
import type { Policy } from '../policy/schema.ts'
import { collectedOf, onEveryPlatform, type Answer } from './rule.ts'

/** How one platform's image behaved when it was started. */
export interface ImageRun {
  platform: Platform
  run: Runtime
}

/** Outcomes in which the image's program was started. */
const started: readonly Runtime['outcome'][] = ['ready', 'exited', 'not-ready']

/** The runs of every platform. */
export function runsOf(evidence: Evidence): ImageRun[] {
  return collectedOf(evidence, 'runtime').map(({ platform, value }) => ({ platform, run: value }))
}

/** Whether the image's program was started: only then is there something to judge. */
export function wasStarted({ run }: ImageRun): boolean {
  return started.includes(run.outcome)
}

/** The result of a rule that the policy leaves nothing to judge. */
export function notWanted(wanted: string): Answer {
  return {
    wanted,
    found: 'not judged: the policy does not require the image to be run (runtime.required)',
    violations: [],
    notJudged: true,
  }
}

/**
 * The result of a rule about runs. If no image was started and there is no violation, there is nothing to judge: the
 * rule runtime-run says why, and no other calls that passed.
 */
export function answerOnRuns(policy: Policy, runs: readonly ImageRun[], answer: Answer): Answer {
  if (!policy.runtime.required) return notWanted(answer.wanted)
  if (runs.some(wasStarted) || answer.violations.length > 0) return answer
  return { wanted: answer.wanted, found: 'not judged: the image was not started', violations: [], notJudged: true }
}

/** One line for all platforms; those that were not started say so. */
export function onEveryRun(runs: readonly ImageRun[], tell: (run: Runtime) => string): string {
  return onEveryPlatform(
    runs.map((image) => ({ platform: image.platform, text: wasStarted(image) ? tell(image.run) : 'not started' })),
  )
}
